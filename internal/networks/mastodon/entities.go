package mastodon

import "time"

// The parts of the API's entities that are read here.

type credentialAccount struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	Acct        string `json:"acct"`
	DisplayName string `json:"display_name"`
	Avatar      string `json:"avatar"`
	URL         string `json:"url"`
	Source      struct {
		Privacy string `json:"privacy"`
	} `json:"source"`
}

type status struct {
	ID          string       `json:"id"`
	CreatedAt   time.Time    `json:"created_at"`
	InReplyToID *string      `json:"in_reply_to_id"`
	SpoilerText string       `json:"spoiler_text"`
	URL         *string      `json:"url"`
	Content     string       `json:"content"`
	Media       []attachment `json:"media_attachments"`
	Reblog      *struct {
		ID string `json:"id"`
	} `json:"reblog"`
}

type attachment struct {
	ID  string  `json:"id"`
	URL *string `json:"url"`
}

// instance is what /api/v2/instance and /api/v1/instance have in common, with
// the few older words of Pleroma.
type instance struct {
	Domain        string `json:"domain"` // v2
	URI           string `json:"uri"`    // v1; some servers put an address there
	Title         string `json:"title"`
	Version       string `json:"version"`
	SourceURL     string `json:"source_url"`
	MaxToot       int    `json:"max_toot_chars"`    // Pleroma
	AltLimit      int    `json:"description_limit"` // Pleroma
	UploadLimit   int64  `json:"upload_limit"`      // Pleroma, bytes
	MaxMedia      int    `json:"max_media_attachments"`
	Configuration struct {
		Statuses struct {
			MaxCharacters int  `json:"max_characters"`
			MaxMedia      int  `json:"max_media_attachments"`
			PerURL        *int `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Media struct {
			Types       []string `json:"supported_mime_types"`
			ImageBytes  int64    `json:"image_size_limit"`
			ImageMatrix int64    `json:"image_matrix_limit"`
			AltLimit    int      `json:"description_limit"`
		} `json:"media_attachments"`
	} `json:"configuration"`
}
