package dev.larder.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Puts right the checksums of tar headers, so that damage to the rest of them gets further.
public final class TarSums {
  private static final int BLOCK = 512;
  private static final int SUM = 148;
  private static final int SUM_END = 156;

  private TarSums() {}

  /// A copy of `tar` with a right checksum in each block that is marked as a header.
  public static byte[] corrected(byte[] tar) {
    byte[] corrected = tar.clone();
    for (int at = 0; at + BLOCK <= corrected.length; at += BLOCK) {
      if (new String(corrected, at + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
        correct(corrected, at);
      }
    }
    return corrected;
  }

  private static void correct(byte[] tar, int header) {
    Arrays.fill(tar, header + SUM, header + SUM_END, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += tar[header + i] & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, tar, header + SUM, digits.length);
  }
}
