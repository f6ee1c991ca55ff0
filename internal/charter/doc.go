// Package charter is the editorial charter of a brand as something that runs:
// words to avoid and what to say instead, mandatory mentions, tu or vous, tone,
// emoji, tags, links, capitals, inclusive writing, length, the hours of a tone,
// free patterns, and the label that paid relations need.
//
// It owns the rules of each brand and their versions, the brand's dictionary,
// what was ignored on one post, and the days on which the brand keeps silent.
// Its engine is a pure function: rules and a text in, findings with their exact
// bytes out. It sends nothing, stops nothing by itself, and never claims to know
// the law: where the law is concerned it warns and says why.
package charter
