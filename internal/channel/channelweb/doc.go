// Package channelweb is how people meet channel: the channels of a brand with
// their health, the steps of connecting one, in the browser and through the
// API. It also shows what stands on the practice network, since nobody else
// does.
//
// It owns no state; every form ends in a verb of channel. It never sees a
// credential and never loads a picture from a network.
package channelweb
