package dev.larder.cache;

/// How dear a file is. Those of the first go before any of the second, and so on; within a rank,
/// the one that was asked for longest ago goes first.
public enum Rank {
  /// No generation that is held names it: nobody who uses an index of ours will ask for it.
  UNREFERENCED("no index names it any more"),
  /// Only a superseded generation names it, for clients that still have that index.
  SUPERSEDED("only a superseded index names it"),
  /// It is current, but nobody has asked for it while its mirror counts as used.
  UNUSED("nobody has asked for it of late"),
  /// It is in use.
  USED("asked for longest ago");

  private final String why;

  Rank(String why) {
    this.why = why;
  }

  /// Why such a file goes, in words.
  public String why() {
    return why;
  }
}
