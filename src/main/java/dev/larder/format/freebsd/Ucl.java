package dev.larder.format.freebsd;

import java.util.List;
import java.util.Map;

/// A value of UCL, the language of FreeBSD's configuration files, as far as [UclReader] reads it.
sealed interface Ucl {
  /// A string, a number or a boolean, as it was written.
  record Text(String value) implements Ucl {}

  /// An array, or the values of a key that was stated several times, which UCL takes for one.
  record Many(List<Ucl> values) implements Ucl {}

  /// An object. Keys are in the order in which they came; those of settings are in lower case.
  record Table(Map<String, Ucl> entries) implements Ucl {}
}
