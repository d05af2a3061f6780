package dev.larder.access;

/// Text from elsewhere inside an error message.
final class Quoting {
  private static final int LONGEST = 80;

  private Quoting() {}

  /// Without control characters, and cut if it is long.
  static String cut(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "...";
  }
}
