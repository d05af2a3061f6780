package dev.larder.limits;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.config.Network;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What clients use, and what they may use. Safe for use by many threads; what is remembered of
/// clients is bounded, however many addresses they have.
public final class ClientLimits {
  /// A hundred bytes or two each.
  private static final int MOST_PACES = 50_000;

  private static final Duration FORGET_PACE_AFTER = Duration.ofMinutes(10);

  private final Predicate<InetAddress> proxies;
  private final LongSupplier nanos;
  private final long start;
  private final Cache<ClientKey, Pace> paces =
      Caffeine.newBuilder().maximumSize(MOST_PACES).expireAfterAccess(FORGET_PACE_AFTER).build();
  private final OpenConnections connections = new OpenConnections(this);
  private final FillTurns fills = new FillTurns(this);
  private final Refusals refusals = new Refusals(this);
  private volatile LimitsSettings settings;

  private ClientLimits(
      LimitsSettings settings, Predicate<InetAddress> proxies, LongSupplier nanos) {
    this.settings = settings;
    this.proxies = proxies;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /// Limits by these settings.
  ///
  /// @param proxies tells the addresses whose connections are those of many clients, so that only
  ///   their requests belong to one; must not block
  public static ClientLimits of(LimitsSettings settings, Predicate<InetAddress> proxies) {
    return new ClientLimits(settings, proxies, System::nanoTime);
  }

  /// The same with another clock.
  ///
  /// @param nanos as [System#nanoTime()]
  static ClientLimits of(LimitsSettings settings, LongSupplier nanos) {
    return new ClientLimits(settings, _ -> false, nanos);
  }

  /// Other settings from now on. What clients have already is theirs.
  public void change(LimitsSettings to) {
    settings = to;
  }

  LimitsSettings settings() {
    return settings;
  }

  /// Nanoseconds since this was made.
  long now() {
    return nanos.getAsLong() - start;
  }

  boolean isProxy(InetAddress peer) {
    return proxies.test(peer);
  }

  /// The client at `address` as it is counted; null if it has no limits.
  @Nullable ClientKey limited(InetAddress address) {
    for (Network network : settings.exempt()) {
      if (network.contains(address)) {
        return null;
      }
    }
    return ClientKey.of(address, settings.ipv6Prefix());
  }

  /// How fast the client at `address` may go; null if it has no limits of that kind.
  public @Nullable Pace pace(InetAddress address) {
    if (settings.requestsPerClient() == 0 && settings.bytesPerClient() == 0) {
      return null;
    }
    ClientKey client = limited(address);
    return client == null ? null : paces.get(client, _ -> new Pace(this));
  }

  /// Connections that are open.
  public OpenConnections connections() {
    return connections;
  }

  /// Whose turn it is to cause a fill.
  public FillTurns fills() {
    return fills;
  }

  /// What was refused.
  public Refusals refusals() {
    return refusals;
  }

  /// How many clients are remembered: the most of any kind.
  public long clients() {
    return Math.max(paces.estimatedSize(), Math.max(connections.clients(), fills.clients()));
  }

  /// How many fills of one client may be under way; 0 for no limit.
  public int fillsPerClient() {
    return settings.fillsPerClient();
  }
}
