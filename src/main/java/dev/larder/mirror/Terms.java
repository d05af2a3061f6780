package dev.larder.mirror;

/// What can be exchanged while a mirror runs.
///
/// @param settings of the mirror
/// @param trust which signatures are good
/// @param upstreams base URLs in order of preference
record Terms(MirrorSettings settings, Mirror.Trust trust, Mirror.UpstreamUrls upstreams) {
  /// The keys to check signatures with; none if signatures are not looked at.
  Mirror.Trust checked() {
    return settings.verify() == MirrorSettings.Verify.OFF ? Mirror.Trust.NONE : trust;
  }
}
