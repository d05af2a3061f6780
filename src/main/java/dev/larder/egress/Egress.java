package dev.larder.egress;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches over HTTP for all of Larder. Blocks: call it on virtual threads.
///
/// Two client pools stand behind it. Hosts an operator wrote into the configuration may have
/// private addresses, all others must not. Whether a host counts as configured is a property of the
/// single fetch, but a pooled connection has passed its check long ago, and is found by host name
/// only: with one pool, a fetch of mirror A to its own server 10.0.0.5 would leave behind a
/// connection that a redirect of mirror B to 10.0.0.5 could use without ever meeting the guard. So
/// connections made with the guard and those made without it never share a pool; a hop takes the
/// unguarded pool only if its own fetch names the host, and could have opened the connection
/// itself.
public final class Egress implements AutoCloseable {
  private static final int MAX_REDIRECTS = 5;
  private static final int LOOKUP_THREADS = 8;
  private static final int LOOKUP_QUEUE = 256;

  /// Headers we answer for ourselves, whatever a fetch asks for.
  private static final Set<String> OURS =
      Set.of(
          "host",
          "connection",
          "accept-encoding",
          "user-agent",
          "via",
          "te",
          "upgrade",
          "content-length",
          "transfer-encoding");

  private static final Set<String> CREDENTIALS =
      Set.of("authorization", "proxy-authorization", "cookie");
  private static final Logger LOG = LoggerFactory.getLogger(Egress.class);

  private final Limits limits;
  private final String via;
  private final Watchdog watchdog = new Watchdog();
  private final ExecutorService lookups;
  private final Client guarded;
  private final Client unguarded;
  private volatile boolean closed;

  /// An egress with the usual limits, the name resolution of `settings` and the system's
  /// certificate authorities.
  ///
  /// @throws IllegalArgumentException if the settings hold two addresses of one family
  public Egress(EgressSettings settings) {
    this(settings, Limits.DEFAULT, names(settings));
  }

  private static Names names(EgressSettings settings) {
    return settings.resolver() == null
        ? Names.system()
        : new ResolverNames(new NameServer(settings.resolver()));
  }

  /// An egress with other limits or other name resolution.
  ///
  /// @throws IllegalArgumentException if the settings hold two addresses of one family
  public Egress(EgressSettings settings, Limits limits, Names names) {
    this(settings, limits, names, systemTls());
  }

  Egress(EgressSettings settings, Limits limits, Names names, SSLContext tls) {
    this.limits = limits;
    SourceAddresses sources = new SourceAddresses(settings.bind());
    byte[] instance = new byte[4];
    new SecureRandom().nextBytes(instance);
    this.via = "1.1 larder (" + HexFormat.of().formatHex(instance) + ")";
    this.lookups = lookups();
    this.guarded =
        new Client(new CheckedNames(names, sources, true, lookups), sources, tls, limits, watchdog);
    this.unguarded =
        new Client(
            new CheckedNames(names, sources, false, lookups), sources, tls, limits, watchdog);
  }

  /// A few threads and a queue: when everybody connects at once, everybody gets a turn.
  private static ExecutorService lookups() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            LOOKUP_THREADS,
            LOOKUP_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(LOOKUP_QUEUE),
            Thread.ofPlatform().name("larder-lookup-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private static SSLContext systemTls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no TLS", e);
    }
  }

  /// The `Via` header of every request: `1.1 larder (1f2e3d4c)`. A request that comes in with this
  /// very value has come round in a loop; one with another comment is from another Larder.
  public String via() {
    return via;
  }

  /// Sends a GET and returns the answer as soon as its head is here, whatever its status. Redirects
  /// are followed, at most five, where the fetch allows it; range and conditions go along, and
  /// credentials do not.
  ///
  /// A user and password in the URL are sent as Basic authentication to that server.
  ///
  /// @throws RedirectRefused if the server sends us where we must not go
  /// @throws java.net.SocketTimeoutException if there is no response head in time
  /// @throws IOException if the host cannot be reached, has no allowed address, or breaks HTTP
  public Fetched get(Fetch fetch) throws IOException {
    URI uri = fetch.uri();
    String scheme = Redirects.scheme(uri);
    if ((!scheme.equals("http") && !scheme.equals("https")) || Redirects.host(uri).isEmpty()) {
      throw new IOException("not an http or https URL: " + uri);
    }
    Map<String, String> headers = headers(fetch, uri);
    URI from = null;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      Fetched fetched = hop(fetch, from, uri, headers);
      URI next;
      try {
        next = next(fetch, uri, fetched);
      } catch (IOException | RuntimeException e) {
        fetched.close();
        throw e;
      }
      if (next == null) {
        return fetched;
      }
      fetched.close();
      headers.keySet().removeIf(name -> CREDENTIALS.contains(name.toLowerCase(Locale.ROOT)));
      from = uri;
      uri = next;
    }
    throw new IOException(
        "%s redirects more than %d times".formatted(Redirects.host(fetch.uri()), MAX_REDIRECTS));
  }

  private Map<String, String> headers(Fetch fetch, URI uri) {
    Map<String, String> headers = new LinkedHashMap<>();
    fetch
        .headers()
        .forEach((name, value) -> {
          if (!OURS.contains(name.toLowerCase(Locale.ROOT))) {
            headers.put(name, value);
          }
        });
    headers.put("User-Agent", "larder/" + version());
    headers.put("Accept-Encoding", "identity");
    headers.put("Via", via);
    String userInfo = uri.getUserInfo();
    if (userInfo != null) {
      String basic = Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
      headers.put("Authorization", "Basic " + basic);
    }
    return headers;
  }

  private static String version() {
    String version = Egress.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private Fetched hop(Fetch fetch, @Nullable URI from, URI uri, Map<String, String> headers)
      throws IOException {
    try {
      return send(fetch, uri, headers);
    } catch (AddressRefused e) {
      String host = Redirects.host(uri);
      if (from != null) {
        throw (RedirectRefused)
            Redirects.refused(from, host, String.valueOf(e.getMessage())).initCause(e);
      }
      throw new IOException(
          host + " is not asked: " + e.getMessage() + ", and the host is not configured", e);
    } catch (ConnectionRequestTimeoutException e) {
      throw new IOException(
          "%s: no connection became free, at most %d are opened to one host and %d altogether"
              .formatted(Redirects.host(uri), limits.perHost(), limits.total()),
          e);
    } catch (RejectedExecutionException | IllegalStateException e) {
      // What the pool and the watchdog throw once they are shut down.
      throw new IOException(
          closed ? "Larder is shutting down" : Redirects.host(uri) + ": " + e.getMessage(), e);
    }
  }

  private Fetched send(Fetch fetch, URI uri, Map<String, String> headers) throws IOException {
    String host = Redirects.host(uri);
    int port = Redirects.port(uri);
    HttpUriRequestBase request = new HttpUriRequestBase("GET", uri);
    request.setAuthority(new URIAuthority(host, port));
    headers.forEach(request::setHeader);
    Client client = Redirects.configured(fetch).contains(host) ? unguarded : guarded;
    long asked = System.nanoTime();
    ClassicHttpResponse response =
        client.send(new HttpHost(Redirects.scheme(uri), host, port), request);
    if (LOG.isDebugEnabled()) {
      long millis = Duration.ofNanos(System.nanoTime() - asked).toMillis();
      LOG.debug("GET {}: {} after {} ms", withoutUser(uri), response.getCode(), millis);
    }
    try {
      HttpEntity entity = response.getEntity();
      InputStream content = entity == null ? InputStream.nullInputStream() : entity.getContent();
      long length = entity == null ? 0 : entity.getContentLength();
      Watchdog.Pulse pulse = watchdog.pulse(limits.stall(), limits.stallBytes(), request::cancel);
      BodyStream body = new BodyStream(content, host, length, limits, pulse);
      return new Fetched(withoutUser(uri), request, response, body);
    } catch (IOException | RuntimeException e) {
      request.cancel();
      throw e;
    }
  }

  private static URI withoutUser(URI uri) throws IOException {
    if (uri.getRawUserInfo() == null) {
      return uri;
    }
    try {
      return new URI(uri.toString().replaceFirst("//[^/@]*@", "//"));
    } catch (URISyntaxException e) {
      throw new IOException("not a URL: " + Redirects.host(uri), e);
    }
  }

  private static @Nullable URI next(Fetch fetch, URI uri, Fetched fetched) throws IOException {
    return switch (fetched.status()) {
      case 301, 302, 303, 307, 308 -> {
        String location = fetched.header("Location");
        if (location == null) {
          throw new IOException(
              "%s answers %d without a Location".formatted(Redirects.host(uri), fetched.status()));
        }
        URI next = Redirects.target(uri, location);
        Redirects.check(uri, next, fetch);
        yield withoutUser(next);
      }
      default -> null;
    };
  }

  /// Open connections, for tests.
  int connections() {
    return guarded.connections() + unguarded.connections();
  }

  /// Ends everything under way and closes all connections.
  @Override
  public void close() {
    closed = true;
    guarded.close();
    unguarded.close();
    watchdog.close();
    lookups.shutdownNow();
  }
}
