package dev.larder.log;

/// Builds an object of JSON on one line.
final class JsonLine {
  private final StringBuilder text = new StringBuilder(256).append('{');

  private void name(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    text.append('"').append(name).append("\":");
  }

  /// When it was, in UTC.
  void time(Stamps stamps, long millis) {
    name("time");
    text.append('"');
    stamps.utc(text, millis);
    text.append('"');
  }

  void with(String name, String value) {
    name(name);
    Escaped.json(text, value);
  }

  void with(String name, long value) {
    name(name);
    text.append(value);
  }

  void with(String name, boolean value) {
    name(name);
    text.append(value);
  }

  /// A span of time, in seconds.
  void seconds(String name, long nanos) {
    name(name);
    seconds(text, nanos);
  }

  /// Appends a span of time in seconds, to the microsecond: `0.000312`.
  static void seconds(StringBuilder to, long nanos) {
    long micros = Math.max(0, nanos) / 1000;
    String fraction = Long.toString(micros % 1_000_000);
    to.append(micros / 1_000_000).append('.').repeat('0', 6 - fraction.length()).append(fraction);
  }

  String end() {
    return text.append('}').toString();
  }
}
