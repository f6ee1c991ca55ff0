package assets

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/network"
	"vigie/internal/platform/sqldb"
)

const licenceColumns = `media, kind, holder, territories, networks, from_day, to_day, zone, begins_at, ends_at, uses, price, currency, invoice, note, credit_needed, credit, ai, exclusive, exclusive_for, exclusive_lands, exclusive_day, exclusive_ends_at, editor, edited_at, version`

func scanLicence(r sqldb.Scanner) (l Licence, err error) {
	var lands, alone sqldb.JSON[[]string]
	var networks sqldb.JSON[[]network.Kind]
	var begins, ends, aloneTo, edited sqldb.Time
	err = r.Scan(&l.Media, &l.Kind, &l.Holder, &lands, &networks, &l.From, &l.To, &l.Zone, &begins, &ends, &l.Uses, &l.Price, &l.Currency,
		&l.Invoice, &l.Note, &l.CreditNeeded, &l.Credit, &l.AI, &l.Exclusive, &l.ExclusiveFor, &alone, &l.ExclusiveDay, &aloneTo, &l.Editor, &edited, &l.Version)
	l.Territories, l.Networks, l.Begins, l.Ends, l.Edited = lands.V, networks.V, begins.Time, ends.Time, edited.Time
	l.ExclusiveLands, l.ExclusiveEnds = alone.V, aloneTo.Time
	return l, err
}

// loadLicence reads a licence; one that nobody wrote is the zero one.
func loadLicence(ctx context.Context, q sqldb.Q, b id.Brand, m id.Media) (Licence, error) {
	l, err := sqldb.One(ctx, q, scanLicence, `SELECT `+licenceColumns+` FROM media_licence WHERE brand = ? AND media = ?`, b, m)
	if sqldb.IsNoRow(err) {
		return Licence{Media: m}, nil
	}
	return l, err
}

func loadLicences(ctx context.Context, q sqldb.Q, b id.Brand, list []id.Media) (map[id.Media]Licence, error) {
	out := make(map[id.Media]Licence, len(list))
	for part := range sqldb.Chunks(list, 500) {
		err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
			l, err := scanLicence(r)
			out[l.Media] = l
			return err
		}, `SELECT `+licenceColumns+` FROM media_licence WHERE brand = ? AND media IN `+sqldb.Marks(len(part)), append([]any{b}, sqldb.Args(part)...)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// saveLicence writes a licence whose Version is the one it had; it then has the
// next.
func saveLicence(ctx context.Context, tx *sqldb.Tx, b id.Brand, l *Licence) error {
	if l.Territories == nil {
		l.Territories = []string{}
	}
	if l.Networks == nil {
		l.Networks = []network.Kind{}
	}
	l.Version++
	_, err := tx.Exec(ctx, `INSERT INTO media_licence (brand, `+licenceColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (media) DO UPDATE SET kind = excluded.kind, holder = excluded.holder, territories = excluded.territories, networks = excluded.networks,
		from_day = excluded.from_day, to_day = excluded.to_day, zone = excluded.zone, begins_at = excluded.begins_at, ends_at = excluded.ends_at,
		uses = excluded.uses, price = excluded.price, currency = excluded.currency, invoice = excluded.invoice, note = excluded.note,
		credit_needed = excluded.credit_needed, credit = excluded.credit, ai = excluded.ai, exclusive = excluded.exclusive, exclusive_for = excluded.exclusive_for, exclusive_lands = excluded.exclusive_lands,
		exclusive_day = excluded.exclusive_day, exclusive_ends_at = excluded.exclusive_ends_at, editor = excluded.editor, edited_at = excluded.edited_at,
		version = excluded.version WHERE media_licence.brand = excluded.brand`,
		b, l.Media, l.Kind, l.Holder, sqldb.JSON[[]string]{V: l.Territories}, sqldb.JSON[[]network.Kind]{V: l.Networks}, l.From, l.To, l.Zone,
		sqldb.At(l.Begins), sqldb.At(l.Ends), l.Uses, l.Price, l.Currency, l.Invoice, l.Note, l.CreditNeeded, l.Credit, l.AI, l.Exclusive, l.ExclusiveFor, sqldb.JSON[[]string]{V: listed(l.ExclusiveLands)}, l.ExclusiveDay, sqldb.At(l.ExclusiveEnds), l.Editor, sqldb.At(l.Edited), l.Version)
	return err
}

const consentColumns = `id, media, kind, who, scope, signed_day, until_day, withdrawn_day, zone, ends_at, made_at`

func scanConsent(r sqldb.Scanner) (c Consent, err error) {
	var ends, made sqldb.Time
	err = r.Scan(&c.ID, &c.Media, &c.Kind, &c.Who, &c.Scope, &c.Signed, &c.Until, &c.Withdrawn, &c.Zone, &ends, &made)
	c.Ends, c.Made = ends.Time, made.Time
	return c, err
}

func loadConsents(ctx context.Context, q sqldb.Q, b id.Brand, list ...id.Media) (out []Consent, err error) {
	for part := range sqldb.Chunks(list, 500) {
		some, err := sqldb.List(ctx, q, scanConsent, `SELECT `+consentColumns+` FROM media_consent WHERE brand = ? AND media IN `+sqldb.Marks(len(part))+` ORDER BY made_at, id`,
			append([]any{b}, sqldb.Args(part)...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func insertConsent(ctx context.Context, tx *sqldb.Tx, b id.Brand, c Consent) error {
	_, err := tx.Exec(ctx, `INSERT INTO media_consent (brand, `+consentColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
		b, c.ID, c.Media, c.Kind, c.Who, c.Scope, c.Signed, c.Until, c.Withdrawn, c.Zone, sqldb.At(c.Ends), sqldb.At(c.Made))
	return err
}

func updateConsent(ctx context.Context, tx *sqldb.Tx, b id.Brand, c Consent) error {
	_, err := tx.Exec(ctx, `UPDATE media_consent SET kind = ?, who = ?, scope = ?, signed_day = ?, until_day = ?, withdrawn_day = ?, zone = ?, ends_at = ?
		WHERE brand = ? AND media = ? AND id = ?`, c.Kind, c.Who, c.Scope, c.Signed, c.Until, c.Withdrawn, c.Zone, sqldb.At(c.Ends), b, c.Media, c.ID)
	return err
}

const documentColumns = `id, media, about, name, type, bytes, file, made_at`

func scanDocument(r sqldb.Scanner) (d Document, err error) {
	var made sqldb.Time
	err = r.Scan(&d.ID, &d.Media, &d.About, &d.Name, &d.Type, &d.Bytes, &d.file, &made)
	d.Made = made.Time
	return d, err
}

func loadDocuments(ctx context.Context, q sqldb.Q, b id.Brand, m id.Media) ([]Document, error) {
	return sqldb.List(ctx, q, scanDocument, `SELECT `+documentColumns+` FROM media_document WHERE brand = ? AND media = ? ORDER BY made_at, id`, b, m)
}

func insertDocument(ctx context.Context, tx *sqldb.Tx, b id.Brand, d Document) error {
	_, err := tx.Exec(ctx, `INSERT INTO media_document (brand, `+documentColumns+`) VALUES (?,?,?,?,?,?,?,?,?)`, b, d.ID, d.Media, d.About, d.Name, d.Type, d.Bytes, d.file, sqldb.At(d.Made))
	return err
}

// loadAudience reads where a brand, and its channels that have an answer of
// their own, are read.
func loadAudience(ctx context.Context, q sqldb.Q, b id.Brand) (map[id.Channel][]string, error) {
	out := map[id.Channel][]string{}
	err := sqldb.Each(ctx, q, func(r sqldb.Scanner) error {
		var c id.Channel
		var lands sqldb.JSON[[]string]
		err := r.Scan(&c, &lands)
		out[c] = lands.V
		return err
	}, `SELECT channel, territories FROM media_audience WHERE brand = ?`, b)
	return out, err
}
