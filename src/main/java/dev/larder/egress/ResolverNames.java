package dev.larder.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The addresses a name server of our own knows. Neither `/etc/hosts` nor a search list is looked
/// at; an address needs no lookup, and `localhost` is this machine whatever a server says (RFC 6761
/// section 6.3).
final class ResolverNames implements Names {
  private final NameServer server;

  ResolverNames(NameServer server) {
    this.server = server;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));
    }
    try {
      return List.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return asked(host);
    }
  }

  private List<InetAddress> asked(String host) throws UnknownHostException {
    List<InetAddress> found = new ArrayList<>();
    IOException failure = null;
    for (String type : List.of("A", "AAAA")) {
      try {
        server.records(host, type).forEach(text -> found.add(InetAddress.ofLiteral(text)));
      } catch (IOException e) {
        failure = e;
      }
    }
    if (found.isEmpty()) {
      String why = failure == null ? "the name server knows no such name" : failure.getMessage();
      UnknownHostException unknown = new UnknownHostException(host + ": " + why);
      if (failure != null) {
        unknown.initCause(failure);
      }
      throw unknown;
    }
    return found;
  }
}
