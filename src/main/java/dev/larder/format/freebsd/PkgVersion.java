package dev.larder.format.freebsd;

import java.util.List;

/// The order of versions, by the rules of `pkg version -t` (`pkg_version.c`):
///
/// - A version is `PORTVERSION[_REVISION][,EPOCH]`; the epoch counts first, the revision last.
/// - What is between is a row of components: a number, a letter, a patch level. Everything that is
///   neither letter, digit, `+` nor `*` only parts them, and so does a letter after a patch level:
///   `10a1b2` is `10a1.b2`. Of a word only the first letter counts, in either case.
/// - A component that lacks its number is below 0, one that lacks its letter below `a`; components
///   that lack altogether are 0.
/// - `pl`, `snap`, `alpha`, `beta`, `pre` and `rc` begin a component of their own, so that `1.0rc1`
///   is before `1.0` while `1.0a` is after it; `pl` is before every letter.
/// - `*` is before everything. `+` starts another row of components, compared if all before it is
///   equal.
final class PkgVersion {
  private static final char END = '\0';
  private static final int NO_LETTER = 0;
  private static final int BEFORE_A = 2;

  /// What is a stage of development and not a word; `pl` counts as no letter at all.
  private static final List<String> STAGES = List.of("pl", "snap", "alpha", "beta", "pre", "rc");

  /// What is left of the version, up to but without revision and epoch.
  private final String text;

  private final int end;
  private final long epoch;
  private final long revision;
  private int at;

  private PkgVersion(String version) {
    // Where a package's name came along, the version is what is behind its last dash.
    text = version.substring(version.lastIndexOf('-') + 1);
    int underscore = text.lastIndexOf('_');
    int comma = text.lastIndexOf(',');
    revision = underscore < 0 ? 0 : signed(underscore + 1);
    epoch = comma > underscore ? signed(comma + 1) : 0;
    end = underscore >= 0 ? underscore : comma >= 0 ? comma : text.length();
  }

  /// Compares two versions; the sign tells which is newer.
  static int compare(String left, String right) {
    PkgVersion a = new PkgVersion(left);
    PkgVersion b = new PkgVersion(right);
    int order = Long.compareUnsigned(a.epoch, b.epoch);
    while (order == 0 && (a.at < a.end || b.at < b.end)) {
      boolean more = a.hasComponent();
      if (!more && !b.hasComponent()) {
        a.skipPlus();
        b.skipPlus();
        continue;
      }
      Component one = more ? a.next() : Component.NONE;
      Component other = b.hasComponent() ? b.next() : Component.NONE;
      order = one.compareTo(other);
    }
    return order != 0 ? order : Long.compareUnsigned(a.revision, b.revision);
  }

  /// A number with what is attached to it.
  ///
  /// @param number -1 if it lacks, -2 for `*`
  /// @param letter [#NO_LETTER], or from [#BEFORE_A] on
  /// @param patch what follows the letter; -1 if nothing does, 0 without a letter
  private record Component(long number, int letter, long patch) implements Comparable<Component> {
    private static final Component NONE = new Component(0, NO_LETTER, 0);

    @Override
    public int compareTo(Component other) {
      int order = Long.compare(number, other.number);
      order = order != 0 ? order : Integer.compare(letter, other.letter);
      return order != 0 ? order : Long.compare(patch, other.patch);
    }
  }

  private boolean hasComponent() {
    return at < end && text.charAt(at) != '+';
  }

  private void skipPlus() {
    at += at < end ? 1 : 0;
  }

  private Component next() {
    long number = -1;
    boolean letterFirst = false;
    if (isDigit(peek())) {
      number = digits();
    } else if (peek() == '*') {
      number = -2;
      while (peek() != END && peek() != '+') {
        at++;
      }
    } else {
      letterFirst = true;
    }
    int letter = NO_LETTER;
    long patch = 0;
    if (isLetter(peek())) {
      String stage = stage();
      if (stage.isEmpty() || letterFirst) {
        letter = stage.equals("pl") ? NO_LETTER : lower(peek()) - 'a' + BEFORE_A;
        skipWord(stage.length());
        patch = isDigit(peek()) ? digits() : -1;
      }
    }
    while (peek() != END && !begins(peek())) {
      at++;
    }
    return new Component(number, letter, patch);
  }

  // The stage that stands here as a word of its own; empty if none does.
  private String stage() {
    for (String stage : STAGES) {
      int after = at + stage.length();
      if (text.regionMatches(true, at, stage, 0, stage.length())
          && (after >= text.length() || !isLetter(text.charAt(after)))) {
        return stage;
      }
    }
    return "";
  }

  private void skipWord(int stage) {
    at += stage;
    while (stage == 0 && isLetter(peek())) {
      at++;
    }
  }

  private long digits() {
    long value = number(at);
    while (isDigit(peek())) {
      at++;
    }
    return value;
  }

  // Revision and epoch are read by a function that takes a sign.
  private long signed(int start) {
    return number(start < text.length() && text.charAt(start) == '+' ? start + 1 : start);
  }

  // What is too large for 64 bits is the largest there is, as strtol has it.
  private long number(int start) {
    long value = 0;
    for (int i = start; i < text.length() && isDigit(text.charAt(i)); i++) {
      int digit = text.charAt(i) - '0';
      if (value > (Long.MAX_VALUE - digit) / 10) {
        return Long.MAX_VALUE;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private static boolean begins(char c) {
    return isDigit(c) || isLetter(c) || c == '+' || c == '*';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static int lower(char c) {
    return c | 0x20;
  }
}
