// Package spell finds the mistakes of a text before its readers do: words that
// no dictionary knows, typography, repeated words, and the few mistakes of
// French agreement that a program can name without being wrong.
//
// It owns a reader of Hunspell dictionaries (.aff and .dic) of its own, the
// three dictionaries that ship with Vigie, the cutting of a post into words
// (handles, tags, addresses, code and numbers are nobody's mistakes) and the
// rules of typography. It knows no word of the job: which texts are read, what
// blocks and what warns, is said by who calls it. It never writes to a text by
// itself, keeps none and logs none.
//
// The dictionaries come, unchanged but compressed, from the Debian packages
// hunspell-fr-classical 1:7.0-1 (Dicollecte, MPL 2.0), hunspell-en-gb 1:7.5.0-1
// (Marco A.G. Pinto and others, LGPL) and hunspell-en-us 1:2020.12.07-2 (SCOWL,
// Kevin Atkinson). Their licences stand beside them in dictionaries/.
package spell
