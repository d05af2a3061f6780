package dev.larder.egress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One server of a service, as an SRV record names it (RFC 2782).
///
/// @param priority servers of a smaller one are asked first
/// @param weight share of the clients among those of one priority
/// @param port where the service is
/// @param target lower-case host name, without a dot at the end
public record ServiceRecord(int priority, int weight, int port, String target) {
  private static final Pattern HOST =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*");
  private static final int MOST = 65_535;

  /// Reads `10 60 443 mirror.example.net.`; null if it is not of that form, or says that there is
  /// no such service, which it does by a target of a single dot.
  static @Nullable ServiceRecord orNull(String text) {
    String[] parts = text.strip().split("\\s+", -1);
    if (parts.length != 4) {
      return null;
    }
    int priority = number(parts[0]);
    int weight = number(parts[1]);
    int port = number(parts[2]);
    String target = parts[3].toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    boolean good = priority >= 0 && weight >= 0 && port > 0 && HOST.matcher(target).matches();
    return good ? new ServiceRecord(priority, weight, port, target) : null;
  }

  private static int number(String digits) {
    if (digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int number = Integer.parseInt(digits);
    return number > MOST ? -1 : number;
  }

  /// `records` in the order in which a client is to try them: by priority, and inside one drawn by
  /// weight.
  static List<ServiceRecord> inOrder(List<ServiceRecord> records, RandomGenerator random) {
    TreeMap<Integer, List<ServiceRecord>> byPriority = new TreeMap<>();
    for (ServiceRecord record : new LinkedHashSet<>(records)) {
      byPriority.computeIfAbsent(record.priority(), _ -> new ArrayList<>()).add(record);
    }
    List<ServiceRecord> order = new ArrayList<>();
    for (List<ServiceRecord> equals : byPriority.values()) {
      // Those without weight stand first, so that they have their very small chance.
      equals.sort(Comparator.comparingInt(ServiceRecord::weight));
      while (!equals.isEmpty()) {
        order.add(equals.remove(drawn(equals, random)));
      }
    }
    return List.copyOf(order);
  }

  private static int drawn(List<ServiceRecord> from, RandomGenerator random) {
    int sum = from.stream().mapToInt(ServiceRecord::weight).sum();
    int mark = random.nextInt(sum + 1);
    int running = 0;
    for (int i = 0; i < from.size(); i++) {
      running += from.get(i).weight();
      if (running >= mark) {
        return i;
      }
    }
    return from.size() - 1;
  }

  /// Its base URL, without a slash at the end.
  ///
  /// @param scheme `https` or `http`
  String url(String scheme) {
    boolean standard = port == (scheme.equals("https") ? 443 : 80);
    return scheme + "://" + target + (standard ? "" : ":" + port);
  }
}
