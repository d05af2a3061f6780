package dev.larder.egress;

import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/// One connection pool with the HTTP client on it. Everything the library would do by itself is
/// off: redirects, retries, cookies, authentication, decompression, proxies.
final class Client implements AutoCloseable {
  /// How long a request waits for its turn where all connections to a host are busy.
  private static final Duration TURN = Duration.ofSeconds(30);

  private static final int MAX_HEADERS = 100;
  private static final int MAX_HEADER_LINE = 16 * 1024;

  private final PoolingHttpClientConnectionManager pool;
  private final CloseableHttpClient http;

  Client(
      CheckedNames names,
      SourceAddresses sources,
      SSLContext tls,
      Limits limits,
      Watchdog watchdog) {
    pool = pool(names, sources, tls, limits);
    // For the case that the watchdog is late; it is what ends a body that brings nothing.
    Duration socketTimeout = limits.stall().plus(limits.firstByte());
    http =
        HttpClients.custom()
            .setConnectionManager(pool)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setResponseTimeout(Timeout.of(socketTimeout))
                    .setConnectionRequestTimeout(Timeout.of(TURN))
                    .setRedirectsEnabled(false)
                    .setAuthenticationEnabled(false)
                    .setProtocolUpgradeEnabled(false)
                    .setContentCompressionEnabled(false)
                    .build())
            .setRoutePlanner(new DefaultRoutePlanner(null))
            .setRequestExecutor(new QuietConnections())
            .addExecInterceptorBefore(
                ChainElement.CONNECT.name(), "fresh-connection", new FreshConnection())
            .addExecInterceptorBefore(
                ChainElement.CONNECT.name(),
                "connect-deadline",
                // All addresses and a handshake, however slowly its bytes drip.
                new TimedExchange(
                    watchdog,
                    limits.connect().multipliedBy(4).plus(limits.firstByte().multipliedBy(2)),
                    "no connection and answer"))
            .addExecInterceptorBefore(
                ChainElement.MAIN_TRANSPORT.name(),
                "head-deadline",
                new TimedExchange(watchdog, limits.firstByte(), "no response head"))
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableConnectionState()
            .disableDefaultUserAgent()
            .evictExpiredConnections()
            .evictIdleConnections(TimeValue.of(limits.idle()))
            .build();
  }

  private static PoolingHttpClientConnectionManager pool(
      CheckedNames names, SourceAddresses sources, SSLContext tls, Limits limits) {
    PoolingHttpClientConnectionManager pool =
        new PoolingHttpClientConnectionManager(
            new DefaultHttpClientConnectionOperator(
                proxy -> sources.socket(),
                null,
                names,
                RegistryBuilder.<TlsSocketStrategy>create()
                    .register(URIScheme.HTTPS.id, new DefaultClientTlsStrategy(tls))
                    .build()),
            PoolConcurrencyPolicy.STRICT,
            PoolReusePolicy.LIFO,
            TimeValue.NEG_ONE_MILLISECOND,
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(
                    Http1Config.custom()
                        .setMaxHeaderCount(MAX_HEADERS)
                        .setMaxLineLength(MAX_HEADER_LINE)
                        .build())
                .build());
    pool.setDefaultMaxPerRoute(limits.perHost());
    pool.setMaxTotal(limits.total());
    pool.setDefaultConnectionConfig(
        ConnectionConfig.custom()
            .setConnectTimeout(Timeout.of(limits.connect()))
            .setValidateAfterInactivity(TimeValue.ofSeconds(1))
            .build());
    pool.setDefaultTlsConfig(
        TlsConfig.custom().setHandshakeTimeout(Timeout.of(limits.firstByte())).build());
    return pool;
  }

  /// Sends `request`; the caller ends the response.
  ClassicHttpResponse send(HttpHost target, HttpUriRequestBase request) throws IOException {
    return http.executeOpen(target, request, HttpClientContext.create());
  }

  /// Connections in use and idle ones, for tests.
  int connections() {
    return pool.getTotalStats().getLeased() + pool.getTotalStats().getAvailable();
  }

  @Override
  public void close() {
    http.close(org.apache.hc.core5.io.CloseMode.IMMEDIATE);
  }
}
