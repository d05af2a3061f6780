package dev.larder.format.pacman;

/// Joins the CRC-32 of two pieces into that of both, one after the other, without their bytes.
///
/// A CRC is the remainder of the message as a polynomial over GF(2) by a fixed one of degree 32.
/// With n more bytes behind it, a message is multiplied by x to the power of 8 n and the rest is
/// added; so are the remainders. Squaring x again and again gives the power in as many steps as n
/// has bits. Polynomials stand with their lowest power in the highest bit, as gzip has them (RFC
/// 1952, 8).
final class Crc32 {
  private static final int POLYNOMIAL = 0xedb88320;
  private static final int ONE = 1 << 31;
  private static final int X_TO_THE_8 = 1 << 23;

  private Crc32() {}

  /// The CRC-32 of a message of two pieces.
  ///
  /// @param first of the first piece
  /// @param second of the second one
  /// @param secondLength how many bytes the second one has
  static int joined(int first, int second, long secondLength) {
    int power = ONE;
    int square = X_TO_THE_8;
    for (long left = secondLength; left > 0; left >>>= 1) {
      if ((left & 1) != 0) {
        power = product(power, square);
      }
      square = product(square, square);
    }
    return product(power, first) ^ second;
  }

  private static int product(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) == 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
    }
    return product;
  }
}
