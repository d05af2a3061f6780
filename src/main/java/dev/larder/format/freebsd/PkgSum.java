package dev.larder.format.freebsd;

import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A checksum as pkg writes it (`pkg_checksum.c`): `<type>$<text>`, or 64 hexadecimal digits of a
/// SHA-256. A package's file name may hold the first [#PREFIX] characters of it.
///
/// The raw types (3, 4, 6) put bytes where JSON has text; pkg never writes them into a catalogue,
/// so they are refused.
enum PkgSum {
  /// 64 hexadecimal digits and nothing before them.
  BARE("", Algorithm.SHA256, false),
  SHA256_BASE32("0$", Algorithm.SHA256, true),
  SHA256_HEX("1$", Algorithm.SHA256, false),
  BLAKE2B_BASE32("2$", Algorithm.BLAKE2B, true),
  BLAKE2S_BASE32("5$", Algorithm.BLAKE2S, true);

  /// How much of it a hashed file name holds.
  static final int PREFIX = 10;

  private static final Pattern HEX = Pattern.compile("[0-9a-f]*");
  private static final Pattern BASE32 = Pattern.compile("[" + Base32.LETTERS + "]*");
  private static final Pattern RAW = Pattern.compile("[346]\\$.*", Pattern.DOTALL);

  private final String type;
  private final Algorithm algorithm;
  private final boolean base32;

  PkgSum(String type, Algorithm algorithm, boolean base32) {
    this.type = type;
    this.algorithm = algorithm;
    this.base32 = base32;
  }

  Algorithm algorithm() {
    return algorithm;
  }

  /// The form of `sum`, or of the first characters of one; null if it is none of these.
  static @Nullable PkgSum formOf(String sum) {
    for (PkgSum form : values()) {
      if (form != BARE && sum.startsWith(form.type)) {
        return form;
      }
    }
    return HEX.matcher(sum).matches() ? BARE : null;
  }

  /// Whether `text` can be the first [#PREFIX] characters of a sum.
  static boolean isPrefix(String text) {
    PkgSum form = text.length() == PREFIX ? formOf(text) : null;
    return form != null
        && (form.base32 ? BASE32 : HEX).matcher(text.substring(form.type.length())).matches();
  }

  /// The checksum that `sum` states.
  ///
  /// @throws IllegalArgumentException if it is none; the message is for the operator
  static Checksum parse(String sum) {
    PkgSum form = formOf(sum);
    if (form == null) {
      throw new IllegalArgumentException(
          RAW.matcher(sum).matches()
              ? "is of a raw type, which no text can hold"
              : "is of no known type");
    }
    String text = sum.substring(form.type.length());
    int length = Checksum.of(form.algorithm, form.algorithm.digest()).bytes().length;
    byte[] value =
        form.base32
            ? Base32.decode(text, length)
            : HEX.matcher(text).matches() && text.length() == 2 * length
                ? HexFormat.of().parseHex(text)
                : null;
    if (value == null) {
      throw new IllegalArgumentException(
          "is not a " + form.algorithm.id() + " in " + (form.base32 ? "base32" : "hexadecimal"));
    }
    return new Checksum(form.algorithm, HexFormat.of().formatHex(value));
  }

  /// How pkg writes `value`, a checksum of this form's algorithm.
  String write(byte[] value) {
    return type + (base32 ? Base32.encode(value) : HexFormat.of().formatHex(value));
  }
}
