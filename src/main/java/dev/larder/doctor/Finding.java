package dev.larder.doctor;

import org.jspecify.annotations.Nullable;

/// One thing `larder doctor` has looked at.
///
/// @param about what it belongs to: `configuration`, `mirror arch`, the URL of an upstream
/// @param what the thing: a path, a listener, `verdict`
/// @param level how it is
/// @param detail a phrase for a person
/// @param why what comes of it; null where nothing does or it is plain
/// @param remedy what to do; null where there is nothing to be done
/// @param millis how long it took, or null where that says nothing
record Finding(
    String about,
    String what,
    Level level,
    String detail,
    @Nullable String why,
    @Nullable String remedy,
    @Nullable Long millis) {
  /// How a thing is.
  enum Level {
    /// As it should be.
    OK,
    /// Worth knowing, and nothing fails because of it today.
    NOTE,
    /// Was wrong, and `--fix` has set it right.
    FIXED,
    /// Something does not work.
    PROBLEM
  }

  static Finding ok(String about, String what, String detail) {
    return new Finding(about, what, Level.OK, detail, null, null, null);
  }

  static Finding note(String about, String what, String detail) {
    return new Finding(about, what, Level.NOTE, detail, null, null, null);
  }

  static Finding fixed(String about, String what, String detail) {
    return new Finding(about, what, Level.FIXED, detail, null, null, null);
  }

  static Finding problem(String about, String what, String detail) {
    return new Finding(about, what, Level.PROBLEM, detail, null, null, null);
  }

  /// The same with what comes of it.
  Finding because(String reason) {
    return new Finding(about, what, level, detail, reason, remedy, millis);
  }

  /// The same with what to do.
  Finding remedy(String todo) {
    return new Finding(about, what, level, detail, why, todo, millis);
  }

  /// The same with the time since `start`, a value of `System.nanoTime()`.
  Finding since(long start) {
    long took = (System.nanoTime() - start) / 1_000_000;
    return new Finding(about, what, level, detail, why, remedy, took);
  }
}
