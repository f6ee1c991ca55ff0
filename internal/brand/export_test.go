package brand

// Luminance is for the test of the palette.
var Luminance = luminance
