package dev.larder.serve;

import dev.larder.limits.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.TransportProtocol;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the header of the PROXY protocol (version 1 or 2, as HAProxy defines it) from the front of
/// a connection and tells who the client is. Whoever is no trusted proxy is not listened to, and
/// whoever begins with anything else is not answered: the connection is closed.
///
/// Connections that say `LOCAL` or `UNKNOWN` (a proxy's own health checks) are the proxy's own.
/// Extensions (TLVs) are passed over.
@SuppressWarnings("FutureReturnValueIgnored") // closing
final class ProxyHeader extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ProxyHeader.class);

  private final Proxies proxies;
  private final Refusals refusals;
  private final Heard heard;
  private boolean closed;

  private ProxyHeader(Proxies proxies, Refusals refusals, Heard heard) {
    this.proxies = proxies;
    this.refusals = refusals;
    this.heard = heard;
  }

  /// Is told what the header says.
  interface Heard {
    /// The connection is made for somebody else.
    ///
    /// @param client who connected to the proxy
    /// @param local to which address
    void from(InetAddress client, @Nullable InetSocketAddress local);
  }

  /// Puts it in front of everything else.
  static void expect(Channel channel, Proxies proxies, Refusals refusals, Heard heard) {
    channel
        .pipeline()
        .addLast(new HAProxyMessageDecoder(), new ProxyHeader(proxies, refusals, heard));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
    if (!(ctx.channel().remoteAddress() instanceof InetSocketAddress peer)
        || !proxies.trusts(peer.getAddress())) {
      refuse(
          ctx,
          "it is not in trusted-proxies of [packages], and with proxy-protocol only those may"
              + " connect");
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closed) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof HAProxyMessage header) {
      try {
        take(ctx, header);
      } finally {
        header.release();
      }
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private void take(ChannelHandlerContext ctx, HAProxyMessage header) {
    AddressFamily family = header.proxiedProtocol().addressFamily();
    boolean addressed = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
    if (header.command() == HAProxyCommand.PROXY && addressed) {
      InetAddress client = address(header.sourceAddress());
      if (client == null
          || header.proxiedProtocol().transportProtocol() != TransportProtocol.STREAM) {
        refuse(ctx, "its PROXY header names no TCP connection");
        return;
      }
      InetAddress local = address(header.destinationAddress());
      heard.from(
          client, local == null ? null : new InetSocketAddress(local, header.destinationPort()));
    }
    ctx.pipeline().remove(this);
  }

  private static @Nullable InetAddress address(@Nullable String literal) {
    return literal == null ? null : ForwardedFields.addressOrNull(literal);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    refuse(ctx, "it does not begin with a header of the PROXY protocol");
  }

  private void refuse(ChannelHandlerContext ctx, String why) {
    if (closed) {
      return;
    }
    closed = true;
    InetSocketAddress peer = (InetSocketAddress) ctx.channel().remoteAddress();
    if (refusals.count(Refusals.Reason.PROXY, peer.getAddress())) {
      log.warn("connection from {} closed: {}", peer, why);
    }
    ctx.close();
  }
}
