package example

import (
	"vigie/internal/assets"
	"vigie/internal/charter"
)

// house is one brand of the agency.
type house struct {
	file           string // of its posts
	name, monogram string
	colour         string
	aboutFR, about string
	channels       []account
	campaigns      []season
	slots          []string // of its first channel: "1 08:30", Monday is 1
	signedOut      int      // the channel whose access the network ended; -1: none
	expiring       int      // the channel whose access ends soon; -1: none
	pictures       []picture
	readers        []string // "house" and "client", in their order; none: carte blanche
	client         string   // who has a private link
	tone           charter.Starter
	rules          []said
	words          []string // of its dictionary
	rights         []right
}

type account struct{ handle, name string }

// season is a campaign; its days count from today.
type season struct {
	key, fr, en, colour string
	from, to            int
}

// picture is one of drawings, with the words for those who do not see it.
type picture struct{ key, fr, en, altFR, alt string }

// said is a rule of a charter in both languages.
type said struct {
	nameFR, name, whyFR, why string
	block                    bool
	termsFR, terms           []charter.Term
}

// right is under what title a brand has one of its pictures; its days count from
// today, zero is open.
type right struct {
	picture        string
	kind           assets.LicenceKind
	holder         string
	from, to       int
	price          int64 // in hundredths of a euro
	invoice        string
	noteFR, note   string
	model          string // who can be recognised on it, and agreed
	scopeFR, scope string
	uses           int64
	credit         string
}

// agency is the three brands, in the colours of the design.
var agency = []house{
	{
		file: "kerlann", name: "Kerlann", monogram: "BK", colour: "#a2441c", aboutFR: "biscuiterie", about: "biscuit makers",
		channels:  []account{{"kerlann", "Kerlann"}, {"kerlann_boutique", "Kerlann, la boutique"}, {"atelier_kerlann", "L’atelier Kerlann"}},
		campaigns: []season{{"noel", "Coffret de Noël", "Christmas box", "#a2441c", -6, 16}, {"martin", "Saint-Martin", "St Martin’s", "#7a5a00", -19, -10}},
		slots:     []string{"1 08:30", "2 12:15", "3 17:45", "4 12:15", "5 08:30", "6 09:00"},
		signedOut: -1, expiring: 1,
		pictures: []picture{
			{"four", "four", "oven", "Un four de boulanger ouvert, trois rangées de palets dorés à l’intérieur.", "An open baker’s oven with three rows of golden biscuits inside."},
			{"sables", "sablés", "shortbread", "Des sablés ronds sur une planche de bois, vus de dessus.", "Round shortbread on a wooden board, seen from above."},
			{"boite", "boîte en fer", "tin", "Une boîte en fer rouge, un peu cabossée, au couvercle entrouvert.", "A red biscuit tin, slightly dented, its lid ajar."},
			{"coffret", "coffret", "box", "Un coffret à six cases, un biscuit différent dans chacune, noué d’un ruban.", "A box of six compartments, a different biscuit in each, tied with a ribbon."},
			{"atelier", "atelier", "workshop", "Un rouleau à pâtisserie sur un plan fariné, à côté d’emporte-pièces en forme de chat.", "A rolling pin on a floured worktop, beside cat-shaped cutters."},
		},
		readers: []string{"house", "client"}, client: "Maud Kerlann", tone: charter.StartVous,
		rules: []said{
			{"Allégations", "Claims", "Il faut la pièce du laboratoire avant de le dire.", "The laboratory’s paper comes before the words.", true,
				[]charter.Term{{Text: "sans gluten", Say: "au sarrasin"}, {Text: "diététique"}, {Text: "bon pour la santé"}},
				[]charter.Term{{Text: "gluten-free", Say: "with buckwheat"}, {Text: "dietary"}, {Text: "good for your health"}}},
			{"Nos mots", "Our words", "Un palet n’est pas un gâteau sec.", "A palet is no cookie.", false,
				[]charter.Term{{Text: "gâteau sec", Say: "palet"}, {Text: "packaging", Say: "boîte"}, {Text: "click and collect", Say: "retrait en boutique"}},
				[]charter.Term{{Text: "cookie", Say: "biscuit"}, {Text: "packaging", Say: "tin"}}},
		},
		words: []string{"Kerlann", "Loïc", "Maud"},
		rights: []right{
			{picture: "boite", kind: assets.Commissioned, holder: "Anne Guillou", from: -350, to: 12, price: 48000, invoice: "AG-118",
				noteFR: "Deux ans demandés, un an signé. Renouveler avant Noël.", note: "Two years asked for, one signed. Renew before Christmas."},
			{picture: "four", kind: assets.Stock, holder: "Photothèque Armor", from: -370, to: -6, price: 12900, invoice: "PA-2207",
				noteFR: "Licence d’un an, sans tacite reconduction.", note: "A year’s licence, not renewed by itself."},
			{picture: "coffret", kind: assets.Own, holder: "Kerlann"},
		},
	},
	{
		file: "ombrefeu", name: "Studio Ombrefeu", monogram: "SO", colour: "#6d3fb4", aboutFR: "jeux vidéo", about: "video games",
		channels:  []account{{"ombrefeu", "Studio Ombrefeu"}, {"ombrefeu_dev", "Ombrefeu, journal de dev"}, {"maree_ys", "Les Marées d’Ys"}},
		campaigns: []season{{"ys", "Les Marées d’Ys", "Les Marées d’Ys", "#6d3fb4", -28, 14}},
		slots:     []string{"2 18:00", "4 12:30", "5 17:00"},
		signedOut: -1, expiring: -1,
		pictures: []picture{
			{"marees", "ville sous la mer", "city under the sea", "Les toits d’une ville au crépuscule, à moitié sous la mer ; une tour d’horloge en dépasse.", "The roofs of a town at dusk, half under the sea; a clock tower rises above."},
			{"phare", "phare", "lighthouse", "Un phare rayé sous l’eau, son faisceau éclaire un banc de poissons.", "A striped lighthouse under water, its beam lighting a shoal of fish."},
			{"equipe", "équipe", "team", "Neuf silhouettes en rang, deux plantes, un chat assis au premier plan.", "Nine figures in a row, two plants, a cat sitting in front."},
		},
		readers: []string{"house"}, tone: charter.StartTu,
		rules: []said{
			{"Dates de sortie", "Release dates", "Une date ne se dit qu’une fois signée.", "A date is said once it is signed.", true,
				[]charter.Term{{Text: "sortie prévue le"}, {Text: "dispo très bientôt"}}, []charter.Term{{Text: "coming very soon"}, {Text: "release date is"}}},
			{"Nos mots", "Our words", "Le jeu a un nom, et les gens aussi.", "The game has a name, and so do people.", false,
				[]charter.Term{{Text: "les users", Say: "les joueuses et les joueurs"}, {Text: "release", Say: "sortie"}}, []charter.Term{{Text: "users", Say: "players"}}},
		},
		words: []string{"Ombrefeu", "Ys"},
		rights: []right{
			{picture: "equipe", kind: assets.Own, holder: "Studio Ombrefeu", model: "Nora Bellec", scopeFR: "Réseaux sociaux du studio, sans publicité.", scope: "The studio’s social networks, no advertising."},
			{picture: "phare", kind: assets.Commissioned, holder: "Hugo Le Dantec", from: -90, to: 640, price: 90000, invoice: "HLD-31"},
			{picture: "marees", kind: assets.Own, holder: "Studio Ombrefeu"},
		},
	},
	{
		file: "courrier", name: "Le Courrier des Rives", monogram: "CR", colour: "#146b45", aboutFR: "presse régionale", about: "regional newspaper",
		channels:  []account{{"courrier_rives", "Le Courrier des Rives"}, {"rives_direct", "Rives, le direct"}, {"rives_sport", "Rives sport"}},
		campaigns: []season{{"pont", "Le pont des Deux-Rives", "The Deux-Rives bridge", "#146b45", -22, 0}},
		slots:     []string{"1 07:30", "2 07:30", "3 07:30", "4 07:30", "5 07:30", "6 07:30"},
		signedOut: 2, expiring: -1,
		pictures: []picture{
			{"pont", "pont", "bridge", "Un pont à trois arches au-dessus d’une rivière calme, un tracteur au milieu.", "A bridge of three arches over a calm river, a tractor halfway across."},
			{"marche", "marché couvert", "covered market", "La façade du marché couvert, verrière et auvents rayés.", "The front of the covered market, glass roof and striped awnings."},
		},
		tone: charter.StartVous,
		rules: []said{
			{"Présomption d’innocence", "Presumption of innocence", "Une personne mise en cause n’est pas coupable.", "Somebody who is accused is not guilty.", true,
				[]charter.Term{{Text: "le coupable"}, {Text: "l’assassin"}}, []charter.Term{{Text: "the culprit"}, {Text: "the murderer"}}},
		},
		words: []string{"Deux-Rives", "Rives"},
		rights: []right{
			{picture: "pont", kind: assets.Press, holder: "Agence des Rives", from: -60, to: 300, uses: 12, credit: "Agence des Rives"},
			{picture: "marche", kind: assets.UserContent, holder: "Paulette Robic", noteFR: "Accord écrit par messagerie, copie au dossier.", note: "Agreed to in writing, copy on file."},
		},
	},
}
