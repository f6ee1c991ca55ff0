<?php
// The public of the tests speaks faster than people do: no fifteen seconds
// between two comments.
remove_filter( 'check_comment_flood', 'check_comment_flood_db', 10 );
