package dev.larder.serve;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// The end of a response's header, which differs from one sending to the next: what [Head] leaves
/// out.
final class HeadEnd {
  /// Room that is enough for it, in bytes.
  static final int MOST = 128;

  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] KEEP = ascii("Connection: keep-alive\r\n");
  private static final byte[] AGE = ascii("Age: ");
  private static final byte[] LINE_END = ascii("\r\n");

  private HeadEnd() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// Writes it, with the empty line.
  ///
  /// @param confirmedAt for `Age`: seconds since the epoch, or negative for none
  /// @param close whether the connection ends with the response
  /// @param http11 whether the client takes for granted that else it does not
  static void write(
      ByteBuf to, HttpDate.Line date, long confirmedAt, boolean close, boolean http11) {
    long now = date.now();
    to.writeBytes(date.at(now));
    if (confirmedAt >= 0) {
      to.writeBytes(AGE).writeBytes(ascii(Long.toString(Math.max(0, now - confirmedAt))));
      to.writeBytes(LINE_END);
    }
    if (close) {
      to.writeBytes(CLOSE);
    } else if (!http11) {
      to.writeBytes(KEEP);
    }
    to.writeBytes(LINE_END);
  }
}
