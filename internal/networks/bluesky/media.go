package bluesky

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"vigie/internal/base/fault"
	"vigie/internal/network"
	"vigie/internal/network/wire"
)

// Upload hands a picture over. The server forgets a file that no record names,
// so nothing is left open by an upload that failed: its outcome is never
// unknown. The alt text goes into the record, not here.
func (a *account) Upload(ctx context.Context, m network.Upload) (ref network.Ref, err error) {
	defer fault.Wrap(&err, "bluesky: upload")
	limit := typical.Images.MaxBytes
	// Read whole: at most the limit of a picture, and a session may end in the
	// middle, after which the bytes are needed again.
	b, err := io.ReadAll(io.LimitReader(m.Body, limit+1))
	switch {
	case err != nil:
		return "", &network.Error{Fault: fault.New(fault.Internal, "").Because(err), Outcome: network.NotSent}
	case int64(len(b)) > limit:
		return "", errTooLarge.With("max", limit)
	case len(b) == 0:
		return "", fault.New(fault.Invalid, "network.bluesky.empty_file")
	}
	var got struct {
		Blob blob `json:"blob"`
	}
	_, err = a.session.call(ctx, func() wire.Call {
		return wire.Call{
			Method: http.MethodPost, Path: "/xrpc/com.atproto.repo.uploadBlob",
			Body: bytes.NewReader(b), Type: m.Type, Length: int64(len(b)), Into: &got,
		}
	})
	if err != nil {
		return "", signedOut(err)
	}
	if got.Blob.Ref.Link == "" {
		return "", &network.Error{Fault: fault.New(fault.Transient, "network.nonsense").Becausef("no blob in the answer"), Outcome: network.NotSent}
	}
	return got.Blob.ref(), nil
}
