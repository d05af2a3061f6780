package dev.larder.log;

import java.util.Objects;

/// How a line of the access log is written.
enum AccessFormat {
  /// Fields between blanks, for people and awk.
  TEXT {
    @Override
    void append(StringBuilder to, AccessEntry entry, Stamps stamps, boolean dated) {
      if (!dated) {
        stamps.local(to, entry.millis());
        to.append(' ');
      }
      to.append("access ").append(address(entry)).append(' ');
      Escaped.word(to, entry.asked().method());
      to.append(' ');
      Escaped.word(to, entry.asked().target());
      to.append(' ').append(entry.status());
      to.append(' ').append(entry.bytes()).append(' ');
      JsonLine.seconds(to, entry.nanos());
      AccessEntry.Found found = entry.found();
      to.append(' ').append(Objects.requireNonNullElse(found.content(), "-"));
      to.append(' ').append(found.verdict()).append(' ');
      Escaped.word(to, Objects.requireNonNullElse(found.upstream(), ""));
      to.append(' ');
      Escaped.quoted(to, Objects.requireNonNullElse(entry.asked().agent(), "-"));
    }
  },
  /// Combined Log Format, as Apache and nginx write it and other programs read it. `Referer` is
  /// never looked at.
  COMBINED {
    @Override
    void append(StringBuilder to, AccessEntry entry, Stamps stamps, boolean dated) {
      to.append(address(entry)).append(" - - [");
      stamps.common(to, entry.millis());
      to.append("] ");
      AccessEntry.Asked asked = entry.asked();
      Escaped.quoted(to, asked.method() + " " + asked.target() + " " + asked.protocol());
      to.append(' ').append(entry.status()).append(' ').append(entry.bytes()).append(" \"-\" ");
      Escaped.quoted(to, Objects.requireNonNullElse(asked.agent(), "-"));
    }
  },
  /// One object of JSON; what is not known is left out.
  JSON {
    @Override
    void append(StringBuilder to, AccessEntry entry, Stamps stamps, boolean dated) {
      JsonLine line = new JsonLine();
      line.time(stamps, entry.millis());
      line.with("logger", "access");
      line.with("client", address(entry));
      line.with("method", entry.asked().method());
      line.with("target", entry.asked().target());
      line.with("protocol", entry.asked().protocol());
      line.with("status", entry.status());
      line.with("bytes", entry.bytes());
      line.seconds("seconds", entry.nanos());
      line.with("complete", entry.isComplete());
      AccessEntry.Found found = entry.found();
      if (found.content() != null) {
        line.with("content", found.content());
      }
      line.with("verdict", found.verdict());
      if (found.upstream() != null) {
        line.with("upstream", found.upstream());
      }
      if (entry.asked().agent() != null) {
        line.with("agent", entry.asked().agent());
      }
      to.append(line.end());
    }
  };

  /// Appends the line, without its end.
  ///
  /// @param dated whether the time is told elsewhere
  abstract void append(StringBuilder to, AccessEntry entry, Stamps stamps, boolean dated);

  private static String address(AccessEntry entry) {
    String address = entry.client().getHostAddress();
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }
}
