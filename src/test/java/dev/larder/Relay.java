package dev.larder;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Gives a client on this machine an address of its own: what connects here goes on to a server,
/// from another address of 127.0.0.0/8. pacman cannot choose where it comes from.
final class Relay implements AutoCloseable {
  private final ServerSocket server;
  private final InetAddress source;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private Relay(ServerSocket server, InetAddress source, int port) {
    this.server = server;
    this.source = source;
    this.port = port;
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  /// One that comes from `source`, such as `127.0.0.2`, at `port` of 127.0.0.1.
  static Relay from(String source, int port) {
    try {
      ServerSocket server = new ServerSocket(0, 128, InetAddress.ofLiteral("127.0.0.1"));
      return new Relay(server, InetAddress.ofLiteral(source), port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The base URL without a final slash.
  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket onward = new Socket();
        sockets.add(client);
        sockets.add(onward);
        onward.bind(new InetSocketAddress(source, 0));
        onward.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        Thread.ofVirtual().start(() -> copy(client, onward));
        Thread.ofVirtual().start(() -> copy(onward, client));
      }
    } catch (IOException e) {
      // Closed: the only way this loop ends.
    }
  }

  private void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream()) {
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // One of them has gone; so goes the other.
    } finally {
      end(from);
      end(to);
    }
  }

  private void end(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is as closed as it can be.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Set.copyOf(sockets).forEach(this::end);
  }
}
