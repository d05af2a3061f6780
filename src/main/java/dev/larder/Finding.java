package dev.larder;

import org.jspecify.annotations.Nullable;

/// One thing `larder doctor` has looked at.
///
/// @param about what it belongs to: `configuration`, `mirror arch`, the URL of an upstream
/// @param what the thing: a path, a listener, `verdict`
/// @param level how it is
/// @param detail a phrase for a person
/// @param millis how long it took, or null where that says nothing
record Finding(String about, String what, Level level, String detail, @Nullable Long millis) {
  /// How a thing is.
  enum Level {
    /// As it should be.
    OK,
    /// Worth knowing, and no reason to act.
    NOTE,
    /// Something does not work.
    PROBLEM
  }

  static Finding ok(String about, String what, String detail) {
    return new Finding(about, what, Level.OK, detail, null);
  }

  static Finding note(String about, String what, String detail) {
    return new Finding(about, what, Level.NOTE, detail, null);
  }

  static Finding problem(String about, String what, String detail) {
    return new Finding(about, what, Level.PROBLEM, detail, null);
  }

  /// The same with the time since `start`, a value of `System.nanoTime()`.
  Finding since(long start) {
    return new Finding(about, what, level, detail, (System.nanoTime() - start) / 1_000_000);
  }
}
