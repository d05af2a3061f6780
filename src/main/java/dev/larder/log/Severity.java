package dev.larder.log;

import ch.qos.logback.classic.Level;
import java.util.Locale;

/// How much a message matters, with its number in syslog and in systemd's journal (RFC 5424 section
/// 6.2.1, sd-daemon(3)).
enum Severity {
  ERROR(3),
  WARN(4),
  INFO(6),
  DEBUG(7);

  private final int number;

  Severity(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /// In small letters.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The severity of a level of Logback; syslog has nothing below debug.
  static Severity of(Level level) {
    if (level.isGreaterOrEqual(Level.ERROR)) {
      return ERROR;
    }
    if (level.isGreaterOrEqual(Level.WARN)) {
      return WARN;
    }
    return level.isGreaterOrEqual(Level.INFO) ? INFO : DEBUG;
  }
}
