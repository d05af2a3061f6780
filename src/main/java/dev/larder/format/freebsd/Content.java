package dev.larder.format.freebsd;

import dev.larder.format.TarMembers;
import java.io.IOException;
import java.io.InputStream;

/// The bytes of the member an archive stands at.
final class Content extends InputStream {
  private final TarMembers members;

  /// Closing it does nothing.
  Content(TarMembers members) {
    this.members = members;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    return members.read(into, offset, length);
  }
}
