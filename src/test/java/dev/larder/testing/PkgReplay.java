package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// FreeBSD's pkg, as a web server sees it: exactly the requests of one of its two generations, and
/// what it makes of the answers. It holds what a machine holds between two runs: the catalogue, its
/// date, and the cache of packages with halves of them.
///
/// Measured with pkg 2.8.4 and 2.6.2. Neither sends a validator but a date, and neither sends HEAD.
/// 2.8 (libfetch) ends its connection by RST after every 304 and 404; 2.6 (libcurl) keeps it and
/// always sends If-Modified-Since, the epoch where it knows nothing.
public final class PkgReplay implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Version version;
  private final URI repository;
  private final PkgTrust trust;
  private final String abi;
  private final KeepAlive http;
  private final List<Sent> sent = new ArrayList<>();
  private final Map<String, Bytes> cache = new TreeMap<>();
  private Map<String, Entry> catalogue = Map.of();
  private @Nullable Instant held;

  /// Which pkg.
  public enum Version {
    /// 2.6.2: libcurl.
    V2_6("pkg/2.6.2"),
    /// 2.8.4: its own libfetch.
    V2_8("pkg/2.8.4");

    private final String userAgent;

    Version(String userAgent) {
      this.userAgent = userAgent;
    }
  }

  /// What an update came to.
  public enum Update {
    /// A new catalogue is held.
    UPDATED,
    /// "repository is up to date".
    UP_TO_DATE
  }

  /// A request and its answer.
  ///
  /// @param file below the repository: `data.pkg`
  /// @param ifModifiedSince as sent, or null
  /// @param range as sent, or null
  /// @param lastModified as answered, or null
  /// @param cacheStatus as answered, or null
  public record Sent(
      String file,
      @Nullable String ifModifiedSince,
      @Nullable String range,
      int status,
      @Nullable String lastModified,
      @Nullable String cacheStatus) {
    /// `data.pkg 304`.
    @Override
    public String toString() {
      return file + " " + status;
    }
  }

  /// What the catalogue says of a package.
  private record Entry(String version, String path, String sum, long size) {}

  /// What pkg ends with an error for.
  public static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }

    Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private PkgReplay(Version version, URI repository, PkgTrust trust, String abi, InetAddress from) {
    this.version = version;
    this.repository = repository;
    this.trust = trust;
    this.abi = abi;
    this.http =
        new KeepAlive(new InetSocketAddress(repository.getHost(), repository.getPort()), from);
  }

  /// A machine with FreeBSD 14 on amd64 that has never updated.
  ///
  /// @param repository the `url` of its configuration, with the ABI filled in
  public static PkgReplay of(Version version, URI repository, PkgTrust trust) {
    return of(version, repository, trust, "127.0.0.1");
  }

  /// The same at another address of this host.
  public static PkgReplay of(Version version, URI repository, PkgTrust trust, String from) {
    return new PkgReplay(
        version, repository, trust, "FreeBSD:14:amd64", InetAddress.ofLiteral(from));
  }

  /// The same machine with this ABI.
  public PkgReplay abi(String other) {
    http.close();
    return new PkgReplay(version, repository, trust, other, InetAddress.ofLiteral("127.0.0.1"));
  }

  // ---- pkg update -----------------------------------------------------------------------------

  /// `pkg update`.
  public Update update() throws Failed {
    return update(held);
  }

  /// `pkg update -f`.
  public Update forcedUpdate() throws Failed {
    return update(null);
  }

  private Update update(@Nullable Instant since) throws Failed {
    KeepAlive.Answer meta = get("meta.conf", since, 0);
    String packing = "tzst";
    if (meta.status() == 404) {
      get("meta.txz", since, 0);
    } else if (meta.status() == 200) {
      packing = packing(new String(meta.body().raw(), UTF_8));
    }
    Fetched data = catalogue("data", "data", packing, since);
    if (data == null) {
      return Update.UP_TO_DATE;
    }
    if (data.complaint() != null) {
      // The date of what was just refused goes along: where both files have one date, a 304 comes
      // and is taken for "up to date".
      Instant again = data.date() == null ? since : data.date();
      data = catalogue("packagesite.yaml", "packagesite", packing, again);
      if (data == null) {
        return Update.UP_TO_DATE;
      }
      if (data.complaint() != null) {
        throw new Failed("packagesite: " + data.complaint());
      }
    }
    catalogue = read(data);
    held = data.date();
    if (version == Version.V2_8 && get("files.pkg", since, 0).status() == 404) {
      get("files." + packing, since, 0);
    }
    return Update.UPDATED;
  }

  /// A catalogue archive that came.
  private record Fetched(
      String payload,
      Map<String, byte[]> members,
      @Nullable String complaint,
      @Nullable Instant date) {}

  private @Nullable Fetched catalogue(
      String payload, String stem, String packing, @Nullable Instant since) throws Failed {
    KeepAlive.Answer answer = get(stem + ".pkg", since, 0);
    if (answer.status() == 404) {
      answer = get(stem + "." + packing, since, 0);
    }
    if (answer.status() == 304) {
      return null;
    }
    if (answer.status() != 200 || !answer.complete()) {
      return new Fetched(payload, Map.of(), "cannot be fetched: " + answer.status(), null);
    }
    String lastModified = answer.header("last-modified");
    if (lastModified == null) {
      throw new Failed("impossible to get the value from the Last-Modified header");
    }
    Instant date = Instant.from(DATE.parse(lastModified));
    try {
      Map<String, byte[]> members = Packed.members(answer.body().raw());
      return new Fetched(payload, members, trust.complaint(members, payload), date);
    } catch (IOException e) {
      return new Fetched(payload, Map.of(), "is damaged: " + e.getMessage(), date);
    }
  }

  private static String packing(String meta) {
    Matcher line = Pattern.compile("packing_format\\s*[=:]?\\s*\"(\\w+)\"").matcher(meta);
    return line.find() ? line.group(1) : "tzst";
  }

  private Map<String, Entry> read(Fetched fetched) throws Failed {
    String text = new String(fetched.members().get(fetched.payload()), UTF_8);
    List<JsonNode> records = new ArrayList<>();
    if (fetched.payload().equals("data")) {
      JSON.readTree(text).get("packages").forEach(records::add);
    } else {
      text.lines().forEach(line -> records.add(JSON.readTree(line)));
    }
    Map<String, Entry> entries = new TreeMap<>();
    for (JsonNode item : records) {
      String has = item.get("abi").asString();
      if (!has.equals(abi) && !has.equals(abi.replaceFirst(":[^:]*$", ":*"))) {
        throw new Failed("packages with wrong ABI: " + has);
      }
      entries.put(
          item.get("name").asString(),
          new Entry(
              item.get("version").asString(),
              item.get("path").asString(),
              item.get("sum").asString(),
              item.get("pkgsize").asLong()));
    }
    return entries;
  }

  // ---- pkg install ----------------------------------------------------------------------------

  /// `pkg install`: updates twice, as it does, and fetches what the cache lacks.
  public void install(String... names) throws Failed {
    update();
    update();
    installWithoutUpdate(names);
  }

  /// `pkg install -U`: with the catalogue it holds. Halves in the cache are gone on with.
  public void installWithoutUpdate(String... names) throws Failed {
    for (String name : names) {
      Entry entry = catalogue.get(name);
      if (entry == null) {
        throw new Failed("no packages available to install matching " + name);
      }
      fetch(name, entry);
    }
  }

  private void fetch(String name, Entry entry) throws Failed {
    Bytes have = cache.get(name);
    if (have != null && have.size() == entry.size() && sumFits(entry, have.raw())) {
      return;
    }
    int offset = have == null || have.size() >= entry.size() ? 0 : have.size();
    KeepAlive.Answer answer = get(entry.path(), null, offset);
    if (answer.status() == 200 && offset > 0) {
      if (version == Version.V2_6) {
        throw new Failed("requested range was not delivered by the server");
      }
      // 2.8 appends, sees that the sum is wrong, and starts over.
      answer = get(entry.path(), null, 0);
      offset = 0;
    }
    if (answer.status() != 200 && answer.status() != 206) {
      throw new Failed(entry.path() + ": " + answer.status());
    }
    byte[] start = have == null ? new byte[0] : Arrays.copyOf(have.raw(), offset);
    byte[] all = Arrays.copyOf(start, start.length + answer.body().size());
    System.arraycopy(answer.body().raw(), 0, all, start.length, answer.body().size());
    cache.put(name, new Bytes(all));
    if (!answer.complete()) {
      throw new Failed(entry.path() + ": the connection ended after " + all.length + " bytes");
    }
    if (all.length != entry.size()) {
      cache.remove(name);
      throw new Failed(entry.path() + ": fetch size does not match expected package size");
    }
    if (!sumFits(entry, all)) {
      cache.remove(name);
      throw new Failed(entry.path() + ": checksum mismatch");
    }
  }

  private static boolean sumFits(Entry entry, byte[] bytes) {
    return entry
        .sum()
        .equals(entry.sum().startsWith("2$") ? Sums.blake2b(bytes) : Sums.sha256(bytes));
  }

  // ---- what the machine holds -----------------------------------------------------------------

  /// The version of a package in the catalogue; empty if it has none.
  public String version(String name) {
    Entry entry = catalogue.get(name);
    return entry == null ? "" : entry.version();
  }

  /// Names of the packages in the catalogue.
  public List<String> available() {
    return List.copyOf(catalogue.keySet());
  }

  /// What the cache has of a package.
  ///
  /// @throws IllegalArgumentException if it has nothing of it
  public byte[] cached(String name) {
    Bytes bytes = cache.get(name);
    if (bytes == null) {
      throw new IllegalArgumentException("the cache has nothing of " + name);
    }
    return bytes.copy();
  }

  /// Leaves only so many bytes of a package in the cache, as an interrupted fetch does.
  public void cut(String name, int bytes) {
    cache.put(name, new Bytes(Arrays.copyOf(cached(name), bytes)));
  }

  /// Empties the cache: `pkg clean -a`.
  public void clean() {
    cache.clear();
  }

  /// All requests so far.
  public List<Sent> sent() {
    return List.copyOf(sent);
  }

  /// Forgets all requests.
  public void forgetSent() {
    sent.clear();
  }

  /// How many connections were opened.
  public int connections() {
    return http.connections();
  }

  // ---- requests -------------------------------------------------------------------------------

  private KeepAlive.Answer get(String file, @Nullable Instant since, int offset) throws Failed {
    String target = repository.getRawPath() + "/" + file;
    String host = "Host: " + repository.getRawAuthority();
    String agent = "User-Agent: " + version.userAgent;
    String accept = "Accept: */*";
    String range = offset > 0 ? "bytes=" + offset + "-" : null;
    String date = since != null ? DATE.format(since) : null;
    List<String> headers = new ArrayList<>();
    switch (version) {
      case V2_8 -> {
        headers.add(host);
        if (date != null) {
          headers.add("If-Modified-Since: " + date);
        }
        headers.addAll(List.of(accept, agent));
        if (range != null) {
          headers.add("Range: " + range);
        }
      }
      case V2_6 -> {
        headers.add(host);
        if (range != null) {
          headers.add("Range: " + range);
        }
        headers.addAll(List.of(agent, accept));
        date = date == null ? DATE.format(Instant.EPOCH) : date;
        headers.add("If-Modified-Since: " + date);
      }
    }
    KeepAlive.Answer answer;
    try {
      answer = http.get(target, headers);
    } catch (IOException e) {
      throw new Failed(file + ": " + e.getMessage(), e);
    }
    sent.add(
        new Sent(
            file,
            date,
            range,
            answer.status(),
            answer.header("last-modified"),
            answer.header("cache-status")));
    if (version == Version.V2_8 && (answer.status() == 304 || answer.status() == 404)) {
      http.drop(true);
    }
    return answer;
  }

  @Override
  public void close() {
    http.close();
  }
}
