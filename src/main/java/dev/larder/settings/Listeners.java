package dev.larder.settings;

import dev.larder.config.Addresses;
import dev.larder.config.Key;
import dev.larder.config.Section;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds two listeners that want the same address before the system does, which would not say which
/// two.
final class Listeners {
  private record Listener(
      Section section, Key<List<InetSocketAddress>> key, InetSocketAddress address) {}

  private final List<Listener> all = new ArrayList<>();

  /// Adds the listeners of one table, and complains where the address is taken.
  void add(Section section, Key<List<InetSocketAddress>> key, List<InetSocketAddress> addresses) {
    for (InetSocketAddress address : addresses) {
      Listener added = new Listener(section, key, address);
      Listener other = rivalOf(address);
      if (other != null) {
        // Whoever relies on a default cannot be pointed at.
        Listener spoken = section.isSet(key) || !other.section().isSet(other.key()) ? added : other;
        Listener silent = spoken.equals(added) ? other : added;
        spoken
            .section()
            .complain(
                spoken.key(),
                Addresses.format(spoken.address())
                    + " is taken by "
                    + (silent.address().equals(spoken.address())
                        ? ""
                        : Addresses.format(silent.address()) + " of ")
                    + "["
                    + silent.section().path()
                    + "]",
                "give each listener its own address or port");
      }
      all.add(added);
    }
  }

  private @Nullable Listener rivalOf(InetSocketAddress address) {
    for (Listener other : all) {
      if (clash(other.address(), address)) {
        return other;
      }
    }
    return null;
  }

  /// All addresses of the machine include each of them; port 0 is another port each time.
  static boolean clash(InetSocketAddress one, InetSocketAddress other) {
    return one.getPort() == other.getPort()
        && one.getPort() != 0
        && (one.getAddress().isAnyLocalAddress()
            || other.getAddress().isAnyLocalAddress()
            || one.getAddress().equals(other.getAddress()));
  }
}
