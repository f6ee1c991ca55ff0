package example

// drawings are the pictures of the agency by their key. They are the same at
// every start, so that two guests share their files.
var drawings = map[string]func() canvas{
	"four": oven, "sables": shortbread, "boite": tin, "coffret": box, "atelier": workshop,
	"marees": drowned, "phare": lighthouse, "equipe": staff,
	"pont": bridge, "marche": market,
}

func oven() canvas {
	c := sheet("#6b2d14")
	for y := range 8 { // bricks
		for x := range 9 {
			c.slab("#8a3d1d", float64(x*120-60*(y%2)), float64(y*92), 112, 84, 6)
		}
	}
	c.slab("#3a1508", 170, 110, 620, 500, 60)
	c.slab("#ffb03b", 205, 145, 550, 430, 44)
	c.slab("#f28c28", 225, 165, 510, 390, 36)
	for row := range 3 {
		y := 255 + float64(row)*115
		c.rect("#5c5a58", 225, y+34, 510, 8)
		for i := range 5 {
			c.oval("#c9832f", 290+float64(i)*95, y+16, 40, 22)
			c.oval("#f0c47c", 290+float64(i)*95, y+8, 38, 18)
		}
	}
	c.slab("#2a2725", 300, 630, 360, 26, 13)
	return c
}

func shortbread() canvas {
	c := sheet("#efe3d1")
	c.slab("#00000018", 112, 122, 740, 500, 40)
	c.slab("#a9713f", 110, 110, 740, 500, 40)
	for i := range 6 {
		c.rect("#9c6636", 110, 170+float64(i)*75, 740, 5)
	}
	c.disc("#efe3d1", 795, 165, 20)
	for _, p := range [][3]float64{{270, 250, 84}, {470, 220, 84}, {660, 300, 84}, {360, 440, 84}, {560, 470, 84}, {745, 490, 70}} {
		c.biscuit(p[0], p[1], p[2])
	}
	for _, p := range [][2]float64{{190, 560}, {230, 585}, {455, 345}, {820, 380}, {205, 380}, {660, 580}} {
		c.disc("#d69a4e", p[0], p[1], 7)
	}
	return c
}

func tin() canvas {
	c := sheet("#f4e9dc")
	c.rect("#d9c3a6", 0, 540, width, 180)
	c.oval("#00000022", 490, 590, 300, 36)
	c.slab("#a2441c", 250, 290, 460, 300, 26)
	c.rect("#8b3714", 250, 470, 460, 14)
	c.poly("#8b3714", 660, 330, 712, 360, 712, 420, 676, 400) // the dent
	c.disc("#f4e9dc", 480, 430, 96)
	c.biscuit(480, 430, 66)
	c.poly("#bd5527", 226, 262, 716, 170, 726, 226, 236, 318)
	c.poly("#8b3714", 236, 318, 726, 226, 727, 238, 238, 330)
	return c
}

func box() canvas {
	c := sheet("#23402f")
	c.slab("#00000033", 166, 132, 640, 490, 18)
	c.slab("#f6efe4", 160, 120, 640, 490, 18)
	for i := range 6 {
		x, y := 185+float64(i%3)*200, 145+float64(i/3)*225
		c.slab("#e5d6bf", x, y, 190, 215, 10)
		cx, cy := x+95, y+107
		switch i {
		case 0, 4:
			c.biscuit(cx, cy, 66)
		case 1:
			c.slab("#8a5a2b", cx-60, cy-60, 120, 120, 14)
			c.slab("#a97237", cx-46, cy-46, 92, 92, 10)
		case 2:
			for k := range 4 {
				c.slab("#e6b46a", cx-62, cy-66+float64(k)*36, 124, 26, 12)
			}
		case 3:
			c.poly("#d69a4e", cx, cy-72, cx+68, cy+52, cx-68, cy+52)
			c.poly("#e6b46a", cx, cy-48, cx+46, cy+40, cx-46, cy+40)
		case 5:
			c.disc("#5a3116", cx, cy, 68)
			c.disc("#7a4420", cx, cy, 52)
			c.disc("#e5d6bf", cx, cy, 20)
		}
	}
	c.rect("#a2441ccc", 462, 120, 36, 490)
	c.rect("#a2441ccc", 160, 350, 640, 36)
	c.poly("#a2441c", 480, 368, 380, 300, 380, 430)
	c.poly("#a2441c", 480, 368, 580, 300, 580, 430)
	c.disc("#86340f", 480, 368, 26)
	return c
}

func workshop() canvas {
	c := sheet("#d8b48a")
	for _, p := range [][4]float64{{300, 300, 260, 120}, {560, 460, 300, 130}, {700, 250, 180, 80}} {
		c.oval("#ffffff55", p[0], p[1], p[2], p[3])
	}
	c.oval("#f3dcae", 420, 430, 270, 190)
	c.poly("#b98246", 90, 250, 640, 90, 668, 186, 118, 346)
	c.poly("#8e5f2e", 20, 300, 98, 277, 112, 325, 34, 348)
	c.poly("#8e5f2e", 646, 115, 724, 92, 738, 140, 660, 163)
	for _, p := range [][3]float64{{360, 470, 1}, {540, 420, .9}, {770, 500, 1.2}} {
		cat(c, "#7d8790", p[0], p[1], p[2])
		cat(c, "#f3dcae", p[0], p[1]+2, p[2]*.86)
	}
	return c
}

// cat sits, seen from the front.
func cat(c canvas, colour string, x, y, s float64) {
	c.oval(colour, x, y+48*s, 46*s, 58*s)
	c.disc(colour, x, y-20*s, 40*s)
	c.poly(colour, x-38*s, y-28*s, x-34*s, y-78*s, x-4*s, y-50*s)
	c.poly(colour, x+38*s, y-28*s, x+34*s, y-78*s, x+4*s, y-50*s)
	c.oval(colour, x+58*s, y+72*s, 34*s, 12*s)
}

func drowned() canvas {
	c := sheet("#2c1f52")
	c.rect("#3d2b70", 0, 240, width, 240)
	c.disc("#f3d9a2", 720, 150, 70)
	c.disc("#2c1f52", 748, 136, 62)
	for i, h := range []float64{150, 220, 120, 260, 180, 130, 240, 160, 200} {
		x := 30 + float64(i)*105
		c.rect("#1d1440", x, 560-h, 92, h)
		c.poly("#4d3890", x-8, 560-h, x+46, 500-h, x+100, 560-h)
		c.rect("#f3d9a2", x+20, 590-h, 16, 24)
		if i%2 == 0 {
			c.rect("#f3d9a2", x+54, 590-h, 16, 24)
		}
	}
	c.rect("#140d30", 430, 170, 110, 400)
	c.poly("#6d3fb4", 416, 170, 485, 70, 554, 170)
	c.disc("#f3d9a2", 485, 240, 40)
	c.rect("#140d30", 482, 208, 6, 34)
	c.poly("#140d30", 485, 240, 510, 252, 508, 258, 483, 246)
	c.waves("#5b4bb0cc", 470, 10, 240, 0)
	c.waves("#4338a0cc", 540, 12, 300, 90)
	c.waves("#2f2a80", 630, 12, 260, 30)
	return c
}

func lighthouse() canvas {
	c := sheet("#0f4c5c")
	c.rect("#12596b", 0, 0, width, 300)
	c.poly("#ffe9a855", 470, 170, 960, 40, 960, 330)
	c.poly("#ffe9a833", 430, 170, 0, 90, 0, 280)
	c.poly("#f2f0e9", 400, 220, 500, 220, 540, 640, 360, 640)
	for i := range 3 {
		y := 270 + float64(i)*120
		in := (y - 220) / 420 * 40
		c.poly("#b23a48", 400-in, y, 500+in, y, 505+in, y+54, 395-in, y+54)
	}
	c.rect("#24343a", 388, 200, 124, 24)
	c.slab("#ffe9a8", 415, 140, 70, 62, 8)
	c.poly("#b23a48", 396, 142, 450, 84, 504, 142)
	for i, p := range [][2]float64{{690, 130}, {740, 170}, {700, 205}, {790, 140}, {820, 200}, {760, 235}} {
		s := 1 - float64(i%3)*.15
		c.oval("#ffb703", p[0], p[1], 24*s, 12*s)
		c.poly("#ffb703", p[0]+18*s, p[1], p[0]+40*s, p[1]-12*s, p[0]+40*s, p[1]+12*s)
	}
	c.waves("#0a3540", 640, 14, 320, 60)
	for i := range 7 {
		x := 60 + float64(i)*140
		c.poly("#2a9d8f", x, 720, x+14, 570+float64(i%3)*30, x+28, 720)
	}
	return c
}

func staff() canvas {
	c := sheet("#efe9fb")
	c.rect("#d9cdf3", 0, 560, width, 160)
	skins := []string{"#f0c9a8", "#8d5a3a", "#e0a97f", "#5b3a26", "#f3d3b8", "#c68d62", "#f0c9a8", "#7a4b30", "#e6b58f"}
	shirts := []string{"#6d3fb4", "#1f6f8b", "#b4512b", "#2e7046", "#27509b", "#a5325e", "#7a5a00", "#575d66", "#6d3fb4"}
	for i := range 9 {
		x, y := 105+float64(i)*94, 300+float64(i%3)*18
		c.slab(shirts[i], x-40, y+54, 80, 230, 34)
		c.disc(skins[i], x, y, 42)
		c.oval([]string{"#2a211c", "#5a3b22", "#c9a15a"}[i%3], x, y-28, 42, 24)
	}
	for _, x := range []float64{36, 924} {
		c.slab("#b4512b", x-34, 520, 68, 70, 8)
		c.oval("#2e7046", x, 470, 26, 66)
		c.oval("#3a8a57", x-20, 490, 18, 46)
		c.oval("#3a8a57", x+20, 490, 18, 46)
	}
	cat(c, "#2b2733", 470, 580, 1.1)
	return c
}

func bridge() canvas {
	c := sheet("#cfe3ea")
	c.disc("#f7e3a1", 760, 130, 56)
	c.poly("#8fb39a", 0, 330, 220, 210, 480, 300, 700, 220, 960, 320, 960, 460, 0, 460)
	c.waves("#5d9bb0", 450, 3, 200, 0)
	c.rect("#b9a68a", 0, 300, width, 60)
	for i := range 4 {
		c.rect("#b9a68a", float64(i)*290+10, 340, 70, 200)
	}
	for i := range 3 {
		x := 80 + float64(i)*290
		c.poly("#a3906f", x, 356, x+220, 356, x+220, 362, x, 362)
		c.oval("#b9a68a", x+110, 420, 116, 76)
		c.oval("#8fb39a", x+110, 440, 106, 70)
		c.rect("#5d9bb0", x+2, 450, 216, 70)
	}
	c.waves("#4f8ea4cc", 520, 5, 260, 40)
	c.rect("#a3906f", 0, 288, width, 14)
	c.slab("#146b45", 430, 216, 90, 50, 8) // the tractor
	c.slab("#0f5034", 490, 176, 58, 60, 8)
	c.rect("#cfe3ea", 500, 186, 38, 28)
	c.disc("#22262a", 446, 268, 22)
	c.disc("#22262a", 526, 258, 34)
	c.disc("#d8c25a", 446, 268, 9)
	c.disc("#d8c25a", 526, 258, 15)
	return c
}

func market() canvas {
	c := sheet("#dfe9ee")
	c.rect("#b8b2a6", 0, 590, width, 130)
	c.slab("#e9dcc4", 120, 240, 720, 360, 6)
	c.poly("#5f7f8c", 90, 250, 480, 90, 870, 250)
	c.poly("#8fb4c2", 150, 240, 480, 108, 810, 240)
	for i := range 6 {
		x := 205 + float64(i)*110
		c.rect("#5f7f8c", x-2, 150, 5, 92)
	}
	for i := range 4 {
		x := 150 + float64(i)*170
		c.rect("#3c4a44", x+10, 420, 130, 180)
		for k := range 6 {
			colour := "#146b45"
			if k%2 == 1 {
				colour = "#f6f3ea"
			}
			c.poly(colour, x+float64(k)*25, 360, x+25+float64(k)*25, 360, x+30+float64(k)*25, 430, x-5+float64(k)*25, 430)
		}
		for k := range 5 {
			c.disc([]string{"#c8452e", "#e0a32e", "#6d9a3a"}[(i+k)%3], x+30+float64(k)*24, 560, 15)
		}
		c.rect("#a97237", x+10, 568, 130, 34)
	}
	c.disc("#f6f3ea", 480, 185, 30)
	c.rect("#3c4a44", 478, 164, 4, 22)
	c.rect("#3c4a44", 480, 184, 16, 4)
	return c
}
