package dev.larder.mirror;

/// What can be exchanged while a mirror runs.
///
/// @param settings of the mirror
/// @param trust which signatures are good
/// @param upstreams base URLs in order of preference
/// @param scope what of the upstreams it follows
record Terms(
    MirrorSettings settings, Mirror.Trust trust, Mirror.UpstreamUrls upstreams, Scope scope) {
  /// With the scope that the settings say.
  Terms(MirrorSettings settings, Mirror.Trust trust, Mirror.UpstreamUrls upstreams) {
    this(settings, trust, upstreams, new Scope(settings.roots()));
  }

  /// The keys to check signatures with; none if signatures are not looked at.
  Mirror.Trust checked() {
    return settings.verify() == MirrorSettings.Verify.OFF ? Mirror.Trust.NONE : trust;
  }
}
