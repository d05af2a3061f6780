package dev.larder.serve;

/// Lists of entity tags, as `If-Match` and `If-None-Match` carry them (RFC 9110 section 8.8.3).
final class EntityTags {
  private EntityTags() {}

  /// Whether `list` has the strong tag `etag` itself; `*` matches anything.
  static boolean matchStrong(String list, String etag) {
    return match(list, etag, false);
  }

  /// The same, but `W/` in front of a listed tag does not matter.
  static boolean matchWeak(String list, String etag) {
    return match(list, etag, true);
  }

  /// Reads the list tag by tag, since a tag may contain commas. What is not a tag ends the search:
  /// a list that is not well-formed matches no further.
  private static boolean match(String list, String etag, boolean weakly) {
    if (isAny(list)) {
      return true;
    }
    int i = 0;
    while (i < list.length()) {
      char c = list.charAt(i);
      if (c == ',' || c == ' ' || c == '\t') {
        i++;
        continue;
      }
      boolean weak = list.startsWith("W/", i);
      int open = weak ? i + 2 : i;
      if (open >= list.length() || list.charAt(open) != '"') {
        return false;
      }
      int close = list.indexOf('"', open + 1);
      if (close < 0) {
        return false;
      }
      if ((weakly || !weak) && etag.equals(list.substring(open, close + 1))) {
        return true;
      }
      i = close + 1;
    }
    return false;
  }

  /// Whether `list` stands for any representation at all.
  static boolean isAny(String list) {
    return list.strip().equals("*");
  }
}
