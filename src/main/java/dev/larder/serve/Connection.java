package dev.larder.serve;

import dev.larder.limits.OpenConnections;
import dev.larder.limits.Pace;
import dev.larder.limits.Refusals;
import dev.larder.serve.Reply.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection: takes requests one after the other and writes their replies in order.
///
/// All state belongs to the connection's event loop, and nothing on it blocks. At most one request
/// is in progress; further ones wait in a queue, and when that is full reading stops until half of
/// it is answered, which is all the back-pressure pipelining needs: beyond the queue there is at
/// most what one read of the socket brought. What waits is looked ahead to ([LookAhead]). Replies
/// that are at hand are written without a flush until the batch of bytes that was read is used up,
/// so that a burst of small requests costs one system call.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class Connection extends ChannelInboundHandlerAdapter implements Sender.Line {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private final Service service;
  private final Routes routes;
  private final Traffic traffic;
  private final Pending pending;
  private final Watch watch;
  private final LookAhead ahead;
  private final Turnstile turnstile;
  private @Nullable Channel open;
  private @Nullable Sender sender;
  private Reply.@Nullable Tally tally;
  private @Nullable Visit visit;
  private boolean busy; // with a request that was begun
  private boolean deaf; // to whatever comes after the last request
  private boolean closeAfter;
  private boolean advancing;
  private boolean inBatch;
  private boolean unflushed;
  private int unsent; // bytes in memory that the client has not taken, but for those of a sender
  private boolean draining;
  private boolean closing;
  private boolean inputEnded;
  private final Ends ends = new Ends();

  /// @param traffic counts what is answered, of all connections to one address
  Connection(Service service, Routes routes, Traffic traffic) {
    this.service = service;
    this.routes = routes;
    this.traffic = traffic;
    this.pending = new Pending(service.limits().queued(), service.unread());
    this.watch = new Watch(service.limits(), service.unread());
    this.ahead = new LookAhead(service, routes);
    this.turnstile = new Turnstile(service.clients());
  }

  /// What notes the arrival of bytes, in front of the decoder.
  Watch watch() {
    return watch;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    open = ctx.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    watch.start(ctx.channel(), this::isBusy, () -> sender);
    admit(ends.peer(ctx.channel()));
  }

  /// Counts the connection as one of `from`.
  private void admit(InetAddress from) {
    OpenConnections.Verdict verdict = turnstile.open(from);
    if (service.reception().closed(ends.client(channel())) != null
        || verdict != OpenConnections.Verdict.WELCOME) {
      watch.hurry();
    }
    switch (verdict) {
      case WELCOME -> {}
      case UNTOLD -> channel().close();
      case TOO_MANY, TOO_MANY_OF_CLIENT -> {
        pending.add(Turnstile.tooMany(verdict, ends.client(channel())));
        advance();
      }
    }
  }

  private Channel channel() {
    if (open == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return open;
  }

  private boolean isBusy() {
    return busy || !pending.isEmpty();
  }

  // Reading

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    inBatch = true;
    try {
      // What is not a request's header is a body, and whoever sends one is not listened to again.
      watch.forget();
      if (message instanceof HttpRequest request && !closing && !deaf) {
        watch.headerComplete();
        accept(ctx, service.read(request, ends.client(channel())));
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void accept(ChannelHandlerContext ctx, Request request) {
    if (pending.isTooLong(request)) {
      log.debug("closing {}, which asks at length, like many others", ctx.channel());
      ctx.close();
      return;
    }
    if (request.endsReading()) {
      deaf = true;
      watch.deafen();
    }
    pending.add(request);
    if (pending.isFull()) {
      ctx.channel().config().setAutoRead(false);
    }
    advance();
    if (!pending.isEmpty()) {
      ahead.waits(ctx.channel(), request);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    inBatch = false;
    if (unflushed) {
      unflushed = false;
      ctx.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    advance();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      // The client will ask no more, but may still be reading.
      inputEnded = true;
      if (closing || !isBusy()) {
        ctx.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    pending.clear();
    ahead.end();
    watch.stop();
    turnstile.close();
    Sender gone = sender;
    if (gone != null) {
      gone.cancel();
      count(gone.sent());
      sender = null;
    }
    if (visit != null) {
      visit.end(gone == null ? 0 : gone.sent(), false);
      visit = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Clients that vanish or do not speak TLS are no news.
    log.debug("connection {} broke: {}", ctx.channel(), cause.toString());
    ctx.close();
  }

  // Answering

  /// Begins the next request, and the next, as long as their replies are at hand and the client
  /// takes them.
  private void advance() {
    if (advancing) {
      return;
    }
    advancing = true;
    try {
      while (!busy && !closing && isTaking()) {
        Request next = pending.next();
        if (next == null) {
          break;
        }
        begin(next);
      }
    } finally {
      advancing = false;
    }
    if (closing) {
      return;
    }
    if (inputEnded || draining) {
      if (!isBusy()) {
        closeOrderly();
      }
    } else if (!channel().config().isAutoRead() && pending.hasRoom()) {
      // Not only once all are answered: what the client has sent meanwhile is looked ahead to.
      channel().config().setAutoRead(true);
    }
  }

  /// Whether the client takes what is written, so that there may be more.
  private boolean isTaking() {
    return channel().isWritable() && (unsent == 0 || !service.unsent().isLong());
  }

  private void begin(Request request) {
    busy = true;
    ahead.begins(request);
    visit = Visit.begin(service.log(), request);
    if (request.endsReading()) {
      proceed(request);
      return;
    }
    long wait = turnstile.turn(request.client().address());
    if (wait < 0) {
      send(request, Turnstile.refused(request, wait));
    } else if (wait > 0) {
      flush();
      channel().eventLoop().schedule(() -> proceed(request), wait, TimeUnit.NANOSECONDS);
    } else {
      proceed(request);
    }
  }

  private void proceed(Request request) {
    turnstile.passed();
    if (closing) {
      return;
    }
    if (request.refusal() != null) {
      send(request, Replies.refused(request, request.refusal()));
      return;
    }
    Place place = routes.find(request, ends.local(channel()), service.reception());
    if (visit != null) {
      visit.at(place);
    }
    Reply reply =
        switch (place) {
          case Place.Nowhere(int code, String why) -> Replies.text(request, code, why);
          case Place.Closed closed -> {
            service.clients().refusals().count(closed.reason(), request.client().address());
            Reply no = Replies.text(request, closed.code(), closed.why());
            yield closed.close() ? no.closing() : no;
          }
          case Place.Inside inside -> service.answering().atOnce(request, inside);
          case Place.Front() -> null;
        };
    if (reply != null) {
      send(request, reply);
    } else {
      flush();
      ask(request, place);
    }
  }

  private void ask(Request request, Place place) {
    Reception reception = service.reception();
    Reception.Asked asked = reception.asked(request, service.isSecure(), ends.local(channel()));
    service
        .answering()
        .askAside(channel(), request, place, reception, asked, reply -> asked(request, reply));
  }

  private void asked(Request request, Reply reply) {
    if (channel().isActive()) {
      send(request, reply);
    } else {
      reply.payload().drop();
      tally = reply.tally();
      count(0);
    }
  }

  /// A proxy says for whom it made the connection: see [Ends#madeFor]. From then on it counts for
  /// that client.
  void madeFor(InetAddress client, @Nullable InetSocketAddress local) {
    ends.madeFor(channel(), client, local);
    if (!turnstile.isShut()) {
      admit(client);
    }
  }

  // Writing

  private void send(Request request, Reply reply) {
    if (log.isDebugEnabled()) {
      log.debug("{} {}", request.line(), reply.code());
    }
    int room = service.room(reply.payload());
    if (room < 0) {
      service.clients().refusals().count(Refusals.Reason.PAGES, request.client().address());
      send(request, Replies.noRoom(request));
      return;
    }
    traffic.answered(reply.code());
    tally = reply.tally();
    if (visit != null) {
      visit.answered(reply);
    }
    closeAfter = reply.close() || draining || !request.keepAlive();
    pending.answered();
    Payload.Shared small = reply.payload().small(service.unsent().piece(HotCache.SMALL));
    int length = reply.head().length + HeadEnd.MOST + small.length();
    ByteBuf head = BodyWriter.bufferOrNull(channel(), length);
    if (head == null) {
      service.pages().give(room);
      reply.payload().drop();
      count(0);
      channel().close();
      return;
    }
    head.writeBytes(reply.head());
    HeadEnd.write(head, service.date(), reply.confirmedAt(), closeAfter, request.http11());
    switch (reply.payload()) {
      case Payload.Shared shared when shared.length() > small.length() -> {
        channel().write(head);
        sendBody(new SharedSender(writer(reply.framing()), shared, this));
      }
      case Payload.Nothing(), Payload.Memory(_), Payload.Shared _ -> {
        head.writeBytes(small.bytes(), small.from(), small.length());
        boolean content = reply.code() == 200 || reply.code() == 206;
        sendAll(head, content ? small.length() : 0, small.length(), room);
      }
      case Payload.File file -> {
        channel().write(head);
        sendBody(new FileSender(channel(), writer(reply.framing()), file, this));
      }
      case Payload.Passing passing -> {
        channel().write(head);
        sendBody(new PassingSender(channel(), writer(reply.framing()), passing, this));
      }
    }
  }

  private BodyWriter writer(Framing framing) {
    return new BodyWriter(channel(), framing, service.isSecure(), service.unsent());
  }

  /// Header and body in one; the next request need not wait until it is written.
  ///
  /// @param bodyLength to be counted for a content
  /// @param sentLength of the body
  /// @param room that was taken for it
  private void sendAll(ByteBuf bytes, int bodyLength, int sentLength, int room) {
    Reply.Tally counting = tally;
    tally = null;
    Visit visited = visit;
    visit = null;
    Pace pace = pace();
    if (pace != null) {
      pace.sent(sentLength);
    }
    int length = bytes.readableBytes();
    unsent(length, room);
    channel()
        .write(bytes)
        .addListener(w -> {
          traffic.sent(w.isSuccess() ? sentLength : 0);
          service.pages().give(room);
          if (counting != null) {
            counting.count(w.isSuccess() ? bodyLength : 0);
          }
          if (visited != null) {
            visited.end(w.isSuccess() ? sentLength : 0, w.isSuccess());
          }
          unsent(-length, -room);
        });
    flush();
    replied();
  }

  /// @param counted how much of it has room elsewhere
  private void unsent(int more, int counted) {
    service.unsent().add(more - counted);
    unsent += more;
    if (unsent == 0 && !pending.isEmpty()) {
      advance();
    }
  }

  private void sendBody(Sender body) {
    sender = body;
    body.start();
  }

  @Override
  public @Nullable Pace pace() {
    return turnstile.pace();
  }

  @Override
  public void flush() {
    if (inBatch) {
      unflushed = true;
    } else {
      channel().flush();
    }
  }

  @Override
  public void ended(Sender.Ending ending) {
    Sender body = sender;
    if (body != null) {
      count(body.sent());
      if (visit != null) {
        visit.end(body.sent(), ending == Sender.Ending.DONE);
        visit = null;
      }
      sender = null;
    }
    switch (ending) {
      case DONE -> replied();
      case SHORT -> closeOrderly();
      case GONE -> channel().close();
    }
  }

  private void count(long bytes) {
    traffic.sent(bytes);
    if (tally != null) {
      tally.count(bytes);
      tally = null;
    }
  }

  private void replied() {
    busy = false;
    watch.replied();
    if (closeAfter) {
      closeOrderly();
    } else {
      advance();
    }
  }

  // Closing

  /// Finishes the reply in progress and closes; at once if none has begun. On any thread.
  void drain() {
    channel().eventLoop().execute(this::drainHere);
  }

  private void drainHere() {
    draining = true;
    if ((!busy || turnstile.isWaiting()) && !closing) {
      closeOrderly();
    }
  }

  /// Sends what is written, then our end of the stream, then drains what the client still sends
  /// until it closes, too: closing with unread input would make the kernel send a reset, and a
  /// reset takes from the client what it has not read yet.
  private void closeOrderly() {
    if (closing) {
      return;
    }
    closing = true;
    watch.deafen();
    busy = false;
    pending.clear();
    ahead.end();
    Linger.begin(channel(), inputEnded, service.limits().linger());
  }
}
