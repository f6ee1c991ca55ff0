package approval

import (
	"context"

	"vigie/internal/base/id"
	"vigie/internal/platform/logbook"
	"vigie/internal/platform/sqldb"
)

// What this room writes in the logbook. Names and JSON are API.
const (
	ActPolicy    = "approval.policy"    // {channel, steps, own, tolerance_min, deadline_min, past}; subject "brand"
	ActSubmitted = "approval.submitted" // {round, n, channels: [{channel, hash}], local, zone}; subject "post"
	ActVoided    = "approval.voided"    // {round, n, why}; subject "post"
	ActDecided   = "approval.decided"   // {round, n, verdict, channels: [{channel, hash}], local, zone, client}; subject "post"; words beside
	ActTacit     = "approval.tacit"     // {round, n, channels}; subject "post": the deadline passed and the policy says it leaves
	ActRemarked  = "approval.remarked"  // {round, remark, channel, suggestion}; subject "post"
	ActSettled   = "approval.settled"   // {remark, accepted}; subject "post"

	ActOffered   = "approval.offered"   // {choice, candidates: [{n, channels: [{channel, hash}]}]}; subject "post"; words beside
	ActUnoffered = "approval.unoffered" // {choice, why}; subject "post": withdrawn, or its hour was taken away
	ActChosen    = "approval.chosen"    // {choice, n, of, round, channels: [{channel, hash}], local, zone, client}; subject "post"; words beside

	ActLinkMade    = "approval_link.made"    // {ends, pin, from, to}; subject "approval_link"; name and address beside
	ActLinkRenewed = "approval_link.renewed" // {ends}
	ActLinkRevoked = "approval_link.revoked" // {}
)

func (s *Service) record(ctx context.Context, tx *sqldb.Tx, who logbook.Actor, b id.Brand, act string, post id.Post, data map[string]any, personal any) error {
	return s.Book.Record(ctx, tx, logbook.Entry{Brand: b, Actor: who, Act: act, Subject: logbook.Subject{Kind: "post", ID: string(post)}, Data: data, Personal: personal})
}
