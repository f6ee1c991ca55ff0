<?php
// Installs the site without a browser and prints how to get in.
define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST']   = parse_url( getenv( 'VIGIE_WP_URL' ), PHP_URL_HOST ) . ':' . parse_url( getenv( 'VIGIE_WP_URL' ), PHP_URL_PORT );
$_SERVER['REQUEST_URI'] = '/';
// No letter to the administrator: there is no mail here.
function wp_mail() {
	return true;
}
ob_start();
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
$vigie_done = wp_install( 'Le blog de la Maison Kerlann', 'admin', 'admin@kerlann.example', true, '', wp_generate_password() );
update_option( 'permalink_structure', '/%postname%/' );
update_option( 'comment_moderation', 0 );
update_option( 'comment_previously_approved', 0 );
update_option( 'comments_notify', 0 );
update_option( 'moderation_notify', 0 );
update_option( 'timezone_string', 'Europe/Paris' );
update_option( 'blogdescription', '' );
$vigie_made = WP_Application_Passwords::create_new_application_password( $vigie_done['user_id'], array( 'name' => 'Vigie tests' ) );
if ( is_wp_error( $vigie_made ) ) {
	fwrite( STDERR, $vigie_made->get_error_message() . "\n" );
	exit( 1 );
}
ob_end_clean();
echo json_encode(
	array(
		'url'      => getenv( 'VIGIE_WP_URL' ),
		'user'     => 'admin',
		'password' => WP_Application_Passwords::chunk_password( $vigie_made[0] ),
		'version'  => $GLOBALS['wp_version'],
	),
	JSON_UNESCAPED_SLASHES
), "\n";
