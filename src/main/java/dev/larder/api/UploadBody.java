package dev.larder.api;

import dev.larder.wire.ErrorCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The body of an upload. That it ends early is the sender's doing, not a fault of the disk's.
final class UploadBody extends FilterInputStream {
  UploadBody(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    try {
      return in.read(into, offset, length);
    } catch (IOException e) {
      throw new RequestFailed(
          ErrorCode.BAD_REQUEST,
          "the upload ended before its end: " + e.getMessage(),
          "send it again");
    }
  }
}
