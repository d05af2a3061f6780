package dev.larder.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// So many bytes, or so many parts of a hundred of something: `200GiB`, `5%`.
public sealed interface Amount {
  /// How many bytes that are.
  ///
  /// @param whole bytes of what percentages are of
  long of(long whole);

  /// A number of bytes.
  ///
  /// @param bytes not negative
  record Bytes(long bytes) implements Amount {
    @Override
    public long of(long whole) {
      return bytes;
    }

    @Override
    public String toString() {
      return Sizes.format(bytes);
    }
  }

  /// A part of something.
  ///
  /// @param percent 0 to 100
  record Percent(int percent) implements Amount {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,3}) ?%");

    @Override
    public long of(long whole) {
      return whole / 100 * percent + whole % 100 * percent / 100;
    }

    @Override
    public String toString() {
      return percent + "%";
    }
  }

  /// Reads what [#toString()] gives, and what people write for it.
  ///
  /// @throws IllegalArgumentException with a message for the user
  static Amount parse(String text) {
    Matcher percent = Percent.TEXT.matcher(text);
    if (!percent.matches()) {
      return new Bytes(Sizes.parse(text));
    }
    int value = Integer.parseInt(percent.group(1));
    if (value > 100) {
      throw new IllegalArgumentException(Quoted.text(text) + " is more than the whole");
    }
    return new Percent(value);
  }
}
