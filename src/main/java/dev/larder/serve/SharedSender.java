package dev.larder.serve;

import dev.larder.limits.Pace;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;

/// Sends a part of a body that is in memory anyway, in pieces, so that its client has no copy of
/// more than one of them.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class SharedSender implements Sender {
  private final BodyWriter out;
  private final Payload.Shared body;
  private final Line line;
  private int sent;
  private boolean over;

  SharedSender(BodyWriter out, Payload.Shared body, Line line) {
    this.out = out;
    this.body = body;
    this.line = line;
  }

  @Override
  public void start() {
    Pace pace = line.pace();
    if (pace != null) {
      pace.sent(body.length());
    }
    step();
  }

  @Override
  public void cancel() {
    over = true;
  }

  @Override
  public long sent() {
    return sent;
  }

  private void step() {
    int length = Math.min(body.length() - sent, Backlog.LITTLE);
    ChannelFuture written =
        out.bytes(Unpooled.wrappedBuffer(body.bytes(), body.from() + sent, length));
    written.addListener(_ -> written(written.isSuccess(), length));
    line.flush();
  }

  private void written(boolean taken, int length) {
    if (over) {
      return;
    }
    sent += taken ? length : 0;
    if (taken && sent < body.length()) {
      step();
      return;
    }
    over = true;
    line.ended(taken ? Ending.DONE : Ending.GONE);
  }
}
