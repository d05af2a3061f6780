package dev.larder.mirror;

import dev.larder.config.Type;
import dev.larder.store.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which part of its upstreams a mirror follows: everything, or what lies at and below the paths
/// that one of its patterns names.
///
/// A pattern is a path from the top of the mirror. In each of its segments `*` stands for any
/// number of characters and `?` for one. `FreeBSD:15:*` is all of `FreeBSD:15:amd64` and of
/// `FreeBSD:15:aarch64`; `core/os/x86_64` is that directory and nothing beside it.
final class Scope {
  /// Everything.
  static final Scope ALL = new Scope(List.of());

  private static final int LONGEST = 512;

  /// Before a path in one generation of a pacman mirror: `@12/core/os/x86_64/core.db`.
  private static final Pattern PINNED = Pattern.compile("@\\d{1,18}/");

  private final List<String> patterns;
  private final List<List<Pattern>> segments;

  /// @param patterns as [#parse] takes them; none for everything
  Scope(List<String> patterns) {
    this.patterns = List.copyOf(patterns);
    this.segments = this.patterns.stream().map(Scope::compiled).toList();
  }

  /// The type of the key.
  static Type<List<String>> type() {
    return Type.list(
        "list of patterns", Type.text("pattern", "FreeBSD:15:*", Scope::parse, text -> text));
  }

  /// Checks a pattern.
  ///
  /// @throws IllegalArgumentException with a message for the user
  private static String parse(String text) {
    String shown = "\"" + text.replaceAll("\\p{Cntrl}", "?") + "\"";
    if (text.startsWith("/") || text.endsWith("/")) {
      throw new IllegalArgumentException(
          shown + " has a slash at an end; write the path below the mirror, as in core/os/x86_64");
    }
    if (text.contains("**")) {
      throw new IllegalArgumentException(
          shown + " has **; a pattern has all that is below it in any case, so leave it out");
    }
    // Stars aside a pattern must be able to be a path, or nothing would ever match it.
    if (text.isEmpty()
        || text.length() > LONGEST
        || RelPath.orNull(text.replaceAll("[*?]", "x")) == null) {
      throw new IllegalArgumentException(
          shown + " can match no path; write the path below the mirror, as in FreeBSD:15:*");
    }
    return text;
  }

  private static List<Pattern> compiled(String pattern) {
    List<Pattern> segments = new ArrayList<>();
    for (String segment : pattern.split("/", -1)) {
      StringBuilder regex = new StringBuilder();
      segment
          .codePoints()
          .forEach(c -> {
            switch (c) {
              case '*' -> regex.append(".*");
              case '?' -> regex.append('.');
              default -> regex.append(Pattern.quote(Character.toString(c)));
            }
          });
      segments.add(Pattern.compile(regex.toString()));
    }
    return List.copyOf(segments);
  }

  /// Whether `path` is what a pattern names, or below it.
  boolean has(RelPath path) {
    return segments.isEmpty() || matches(plain(path), true);
  }

  /// Whether `directory` has something of it: it belongs to it, or is on the way there.
  boolean reaches(RelPath directory) {
    return segments.isEmpty()
        || directory.isRoot()
        || matches(plain(directory), true)
        || matches(plain(directory), false);
  }

  /// Why `path` is not given to anybody, in one sentence, or null if it may be asked for.
  ///
  /// @param mirror its name
  /// @param directory whether a listing is asked for
  @Nullable String refusal(String mirror, RelPath path, boolean directory) {
    return has(path) || (directory && reaches(path)) || path.isRoot()
        ? null
        : "The mirror %s has only %s; its operator can add to \"roots\" of [mirror.%s]."
            .formatted(mirror, String.join(", ", patterns), mirror);
  }

  private static String[] plain(RelPath path) {
    Matcher pinned = PINNED.matcher(path.value());
    return (pinned.lookingAt() ? path.value().substring(pinned.end()) : path.value())
        .split("/", -1);
  }

  /// Whether all segments that path and pattern have both match.
  ///
  /// @param whole the path must have a segment for each of the pattern
  private boolean matches(String[] path, boolean whole) {
    for (List<Pattern> pattern : segments) {
      if (whole && path.length < pattern.size()) {
        continue;
      }
      int both = Math.min(path.length, pattern.size());
      int i = 0;
      while (i < both && pattern.get(i).matcher(path[i]).matches()) {
        i++;
      }
      if (i == both) {
        return true;
      }
    }
    return false;
  }
}
