package dev.larder.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/// Name resolution with the address guard in it. The addresses it returns are the ones that are
/// connected to: there is no second lookup that could answer differently (DNS rebinding).
final class CheckedNames implements DnsResolver {
  private static final Duration LOOKUP = Duration.ofSeconds(5);

  /// A name with many dead addresses must not take longer than a client waits.
  private static final int MAX_ADDRESSES = 4;

  private final Names names;
  private final SourceAddresses sources;
  private final boolean onlyPublic;
  private final ExecutorService threads;

  /// @param onlyPublic whether to refuse hosts with an address that is not public
  /// @param threads platform threads for the lookups: the system's resolver is native code, and on
  ///   a virtual thread a dead name server would hold the carrier and with it everybody else
  CheckedNames(Names names, SourceAddresses sources, boolean onlyPublic, ExecutorService threads) {
    this.names = names;
    this.sources = sources;
    this.onlyPublic = onlyPublic;
    this.threads = threads;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    return addresses(host).toArray(InetAddress[]::new);
  }

  @Override
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    return addresses(host).stream().map(address -> new InetSocketAddress(address, port)).toList();
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  private List<InetAddress> addresses(String host) throws UnknownHostException {
    List<InetAddress> all = lookup(host);
    if (onlyPublic) {
      // All of them: a name with one good and one bad address would get the bad one by retrying.
      for (InetAddress address : all) {
        String refusal = AddressGuard.refusal(address);
        if (refusal != null) {
          throw new AddressRefused(address.getHostAddress() + " " + refusal);
        }
      }
    }
    List<InetAddress> reachable = sources.reachable(all);
    if (reachable.isEmpty()) {
      throw new UnknownHostException(
          "%s has no %s address, and `[egress] bind` allows no other"
              .formatted(host, sources.families()));
    }
    return reachable.subList(0, Math.min(MAX_ADDRESSES, reachable.size()));
  }

  private List<InetAddress> lookup(String host) throws UnknownHostException {
    Future<List<InetAddress>> lookup;
    try {
      lookup = threads.submit(() -> names.lookup(host));
    } catch (RejectedExecutionException e) {
      throw because(host + ": too many name lookups at once", e);
    }
    try {
      List<InetAddress> found = lookup.get(LOOKUP.toMillis(), TimeUnit.MILLISECONDS);
      if (found.isEmpty()) {
        throw new UnknownHostException(host + ": the name has no address");
      }
      return found;
    } catch (TimeoutException e) {
      lookup.cancel(true);
      throw because(host + ": no answer from the name server in " + LOOKUP.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw because(host + ": the name cannot be resolved", e);
    } catch (InterruptedException e) {
      lookup.cancel(true);
      Thread.currentThread().interrupt();
      throw because(host + ": the name lookup was interrupted", e);
    }
  }

  private static UnknownHostException because(String message, Exception cause) {
    UnknownHostException exception = new UnknownHostException(message);
    exception.initCause(cause);
    return exception;
  }
}
