package dev.larder.serve;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The end of a connection (RFC 9112 section 9.6): our side first, then the client's.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class Linger {
  private Linger() {}

  /// Sends all that is written, ends our side, and closes once the client has ended its side, too,
  /// or `time` has passed. Input is to be discarded meanwhile, and the channel closed when it ends.
  static void begin(Channel channel, boolean inputEnded, Duration time) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(_ -> {
          if (tls == null) {
            endOutput(channel, inputEnded, time);
          } else {
            tls.closeOutbound().addListener(_ -> endOutput(channel, inputEnded, time));
          }
        });
  }

  private static void endOutput(Channel channel, boolean inputEnded, Duration time) {
    if (!channel.isActive()) {
      return;
    }
    if (inputEnded || !(channel instanceof DuplexChannel duplex)) {
      channel.close();
      return;
    }
    duplex.shutdownOutput();
    channel.config().setAutoRead(true);
    channel.eventLoop().schedule(() -> channel.close(), time.toMillis(), TimeUnit.MILLISECONDS);
  }
}
