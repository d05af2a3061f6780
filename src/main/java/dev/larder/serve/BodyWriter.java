package dev.larder.serve;

import dev.larder.serve.Reply.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes pieces of one body to a channel, as chunks where the framing asks for it. File pieces
/// leave by `sendfile`, or over TLS through a buffer. On the event loop only.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class BodyWriter {
  /// The most that is handed over at once, so that one client's large file does not hold up the
  /// others of its event loop.
  private static final int PIECE = 1 << 20;

  /// Over TLS a piece is in memory twice.
  private static final int TLS_PIECE = 128 << 10;

  private static final Logger log = LoggerFactory.getLogger(BodyWriter.class);
  private static final byte[] LINE_END = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

  private final Channel channel;
  private final boolean chunked;
  private final boolean secure;
  private final Backlog unsent;
  private @Nullable FileRegion region;

  /// @param unsent counts what is in memory until the client takes it
  BodyWriter(Channel channel, Framing framing, boolean secure, Backlog unsent) {
    this.unsent = unsent;
    this.channel = channel;
    this.chunked = framing == Framing.CHUNKED;
    this.secure = secure;
  }

  /// The most bytes of a file one call should write.
  int piece() {
    return secure ? piece(TLS_PIECE) : PIECE;
  }

  /// The most bytes of memory one call should write. On any thread.
  ///
  /// @param usual what makes it fast
  int piece(int usual) {
    return unsent.piece(usual);
  }

  /// Writes `length` bytes of `file` from `position` on. What is read here for TLS comes from the
  /// page cache or, like with `sendfile`, from the disk.
  ///
  /// @throws IOException if the file cannot be read or is shorter
  ChannelFuture file(FileChannel file, long position, int length) throws IOException {
    if (secure) {
      return bytes(read(file, position, length));
    }
    FileRegion piece = new SharedRegion(file, position, length);
    region = piece;
    return framed(piece, length);
  }

  /// A buffer of `channel`, or null if there is no memory for it.
  static @Nullable ByteBuf bufferOrNull(Channel channel, int length) {
    try {
      return channel.alloc().directBuffer(length);
    } catch (OutOfMemoryError e) {
      log.warn("{}: {}", channel, e.getMessage());
      return null;
    }
  }

  private ByteBuf read(FileChannel file, long position, int length) throws IOException {
    ByteBuf buffer = bufferOrNull(channel, length);
    if (buffer == null) {
      throw new IOException("there is no memory for a piece of it");
    }
    try {
      while (buffer.readableBytes() < length) {
        long at = position + buffer.readableBytes();
        if (buffer.writeBytes(file, at, length - buffer.readableBytes()) < 0) {
          throw new EOFException("the file became shorter while it was sent");
        }
      }
      return buffer.retain();
    } finally {
      buffer.release();
    }
  }

  /// Writes `bytes`, of which it takes over the reference.
  ChannelFuture bytes(ByteBuf bytes) {
    int length = bytes.readableBytes();
    unsent.add(length);
    return framed(bytes, length).addListener(_ -> unsent.add(-length));
  }

  private ChannelFuture framed(Object piece, int length) {
    if (!chunked) {
      return channel.write(piece);
    }
    byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    channel.write(Unpooled.wrappedBuffer(size));
    ChannelFuture written = channel.write(piece);
    channel.write(Unpooled.wrappedBuffer(LINE_END));
    return written;
  }

  /// Writes what says that the body is complete; done when all before it is written, too.
  ChannelFuture last() {
    return chunked ? channel.write(Unpooled.wrappedBuffer(LAST_CHUNK)) : nothing();
  }

  /// Writes nothing; done when all before it is written.
  ChannelFuture nothing() {
    return channel.write(Unpooled.EMPTY_BUFFER);
  }

  /// How much of the last file piece was written, should it have failed.
  long partial() {
    return region == null ? 0 : region.transferred();
  }

  /// A part of a file that others read too: Netty's own closes it when it is sent.
  private static final class SharedRegion extends DefaultFileRegion {
    SharedRegion(FileChannel file, long position, long count) {
      super(file, position, count);
    }

    @Override
    protected void deallocate() {}
  }
}
