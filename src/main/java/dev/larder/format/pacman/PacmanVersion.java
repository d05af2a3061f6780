package dev.larder.format.pacman;

import java.nio.charset.StandardCharsets;

/// The order of pacman's versions, `[epoch:]pkgver[-pkgrel]` (vercmp(8), alpm-package-version(7)):
/// epoch, then version, then release if both have one. In a version runs of digits and runs of
/// letters are compared one after another; everything else only separates, and is of account only
/// by its length. A tilde has no meaning here, other than in Debian's versions.
///
/// @param epoch digits; `0` if none is given
/// @param version up to the last hyphen
/// @param release behind it
/// @param hasRelease whether there is a last hyphen
record PacmanVersion(String epoch, String version, String release, boolean hasRelease) {
  private static PacmanVersion parse(String text) {
    int digits = 0;
    while (digits < text.length() && isDigit(text.charAt(digits))) {
      digits++;
    }
    boolean hasEpoch = digits < text.length() && text.charAt(digits) == ':';
    String epoch = hasEpoch && digits > 0 ? text.substring(0, digits) : "0";
    String rest = hasEpoch ? text.substring(digits + 1) : text;
    int hyphen = rest.lastIndexOf('-');
    return hyphen < 0
        ? new PacmanVersion(epoch, rest, "", false)
        : new PacmanVersion(epoch, rest.substring(0, hyphen), rest.substring(hyphen + 1), true);
  }

  /// Compares two versions; the sign tells which is newer.
  static int compare(String left, String right) {
    if (left.equals(right)) {
      return 0;
    }
    PacmanVersion a = parse(asBytes(left));
    PacmanVersion b = parse(asBytes(right));
    int order = compareParts(a.epoch, b.epoch);
    if (order == 0) {
      order = compareParts(a.version, b.version);
    }
    return order == 0 && a.hasRelease && b.hasRelease ? compareParts(a.release, b.release) : order;
  }

  // Separators are counted in bytes.
  private static String asBytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static int compareParts(String a, String b) {
    if (a.equals(b)) {
      return 0;
    }
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      int fromA = i;
      int fromB = j;
      i = skipSeparators(a, i);
      j = skipSeparators(b, j);
      if (i == a.length() || j == b.length()) {
        break;
      }
      if (i - fromA != j - fromB) {
        return Integer.compare(i - fromA, j - fromB);
      }
      boolean number = isDigit(a.charAt(i));
      int endA = endOfRun(a, i, number);
      int endB = endOfRun(b, j, number);
      if (endB == j) {
        return number ? 1 : -1;
      }
      String runA = a.substring(i, endA);
      String runB = b.substring(j, endB);
      int order = number ? compareNumbers(runA, runB) : runA.compareTo(runB);
      if (order != 0) {
        return order;
      }
      i = endA;
      j = endB;
    }
    return compareRests(a.substring(i), b.substring(j));
  }

  // What is left on one side: letters make it older, as in 1.0rc, anything else newer.
  private static int compareRests(String a, String b) {
    if (a.isEmpty() && b.isEmpty()) {
      return 0;
    }
    boolean older = a.isEmpty() ? !isLetter(b.charAt(0)) : isLetter(a.charAt(0));
    return older ? -1 : 1;
  }

  private static int compareNumbers(String a, String b) {
    String left = a.replaceFirst("^0+", "");
    String right = b.replaceFirst("^0+", "");
    return left.length() == right.length()
        ? left.compareTo(right)
        : Integer.compare(left.length(), right.length());
  }

  private static int skipSeparators(String text, int from) {
    int at = from;
    while (at < text.length() && !isDigit(text.charAt(at)) && !isLetter(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int endOfRun(String text, int from, boolean number) {
    int at = from;
    while (at < text.length() && (number ? isDigit(text.charAt(at)) : isLetter(text.charAt(at)))) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
