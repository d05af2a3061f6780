package dev.larder.cache;

/// The limits of the cache in bytes, and what follows from them.
///
/// @param max what all mirrors together may take
/// @param minFree what stays free on the file system
/// @param highPercent of `max`, at which files begin to go
/// @param lowPercent of `max`, down to which they go
record Bounds(long max, long minFree, int highPercent, int lowPercent) {
  /// How much of the free space the cache may take where nobody says.
  static final int DEFAULT_PERCENT = 90;

  /// What must be free beside a new file in any case: the database and the indexes need some.
  static final long SPARE = 16L << 20;

  /// What is there.
  ///
  /// @param taken by all mirrors, with what is on its way
  /// @param free on the file system
  record Situation(long taken, long free) {}

  /// Which limit is in the way of a new file, and by how much.
  sealed interface Shortage {
    /// None is.
    record None() implements Shortage {}

    /// `max`.
    record Cache(long bytes) implements Shortage {}

    /// The share of the file's mirror.
    record OfShare(long bytes) implements Shortage {}

    /// The file system.
    record Disk(long bytes) implements Shortage {}
  }

  /// What a mirror may take.
  ///
  /// @param taken by it, with what is on its way
  /// @param limit for it
  record Portion(long taken, long limit) {}

  /// What is in the way of `bytes` more.
  Shortage shortage(Situation now, Portion mirror, long bytes) {
    if (bytes > mirror.limit() && mirror.limit() < max) {
      return new Shortage.OfShare(bytes - mirror.limit()); // whatever goes
    }
    if (now.free() < bytes + least()) {
      return new Shortage.Disk(bytes + least() - now.free());
    }
    if (now.taken() + bytes > max) {
      return new Shortage.Cache(now.taken() + bytes - max);
    }
    return mirror.taken() + bytes > mirror.limit()
        ? new Shortage.OfShare(mirror.taken() + bytes - mirror.limit())
        : new Shortage.None();
  }

  /// How much must go for the background to be content; 0 if it is.
  long surplus(Situation now) {
    long ofDisk = Math.max(0, least() - now.free());
    long high = part(max, highPercent);
    return Math.max(ofDisk, now.taken() > high ? now.taken() - part(max, lowPercent) : 0);
  }

  /// The same for one mirror alone.
  long surplus(Portion mirror) {
    return mirror.taken() > part(mirror.limit(), highPercent)
        ? mirror.taken() - part(mirror.limit(), lowPercent)
        : 0;
  }

  /// How much more than needed goes at once, so that the next file need not wait.
  long slack(long limit) {
    return limit - part(limit, lowPercent);
  }

  long least() {
    return Math.max(minFree, SPARE);
  }

  private static long part(long whole, int percent) {
    return whole / 100 * percent + whole % 100 * percent / 100;
  }
}
