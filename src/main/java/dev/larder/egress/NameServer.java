package dev.larder.egress;

import dev.larder.config.Addresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/// Asks a recursive name server for records, with the DNS client of the Java runtime. Blocks, at
/// most 2.4 seconds per question and server: a lookup of both address families must fit into the
/// time a connection gives to it.
final class NameServer {
  private static final String FIRST_TIMEOUT_MILLIS = "800";

  /// The second wait is twice the first.
  private static final String TRIES = "2";

  private final @Nullable InetSocketAddress address;

  /// @param address of the server; null for those the system is configured with
  NameServer(@Nullable InetSocketAddress address) {
    this.address = address;
  }

  /// The records of `type` that `name` has, as in a zone file, following aliases; empty if it has
  /// none or does not exist.
  ///
  /// @param type `A`, `AAAA`, `SRV`; a single one, since two would ask for everything
  /// @throws IOException if there is no answer
  @SuppressWarnings({
    "BanJNDI", // what is dangerous is objects that come out of a directory; DNS has none
    "JdkObsolete" // it takes a Hashtable only
  })
  List<String> records(String name, String type) throws IOException {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
    environment.put(
        "java.naming.provider.url",
        address == null ? "dns:" : "dns://" + Addresses.format(address));
    environment.put("com.sun.jndi.dns.timeout.initial", FIRST_TIMEOUT_MILLIS);
    environment.put("com.sun.jndi.dns.timeout.retries", TRIES);
    try {
      InitialDirContext context = new InitialDirContext(environment);
      try {
        return values(context.getAttributes(name, new String[] {type}));
      } finally {
        context.close();
      }
    } catch (NameNotFoundException e) {
      return List.of();
    } catch (NamingException e) {
      String server = address == null ? "the name server" : Addresses.format(address);
      throw new IOException("%s gives no answer about %s".formatted(server, name), e);
    }
  }

  private static List<String> values(Attributes attributes) throws NamingException {
    List<String> values = new ArrayList<>();
    NamingEnumeration<? extends Attribute> all = attributes.getAll();
    while (all.hasMore()) {
      NamingEnumeration<?> some = all.next().getAll();
      while (some.hasMore()) {
        values.add(String.valueOf(some.next()));
      }
    }
    return List.copyOf(values);
  }
}
