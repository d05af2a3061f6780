package dev.larder.egress;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;

/// Takes a connection from the pool, and a fresh one if that was dead: an upstream may close an
/// idle connection at any moment, also in the one between our last look and the request. Once only,
/// and only where the connection had been used before: a fresh connection that dies is upstream's
/// word on this request.
final class FreshConnection implements ExecChainHandler {
  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    ExecRuntime connection = scope.execRuntime;
    connection.acquireEndpoint(scope.exchangeId, scope.route, null, scope.clientContext);
    boolean used = connection.isEndpointConnected();
    try {
      return chain.proceed(request, scope);
    } catch (SocketTimeoutException e) {
      // Alive but slow; asking again would only double the wait.
      throw e;
    } catch (IOException e) {
      if (!used || connection.isExecutionAborted()) {
        throw e;
      }
    }
    connection.discardEndpoint();
    connection.acquireEndpoint(scope.exchangeId, scope.route, null, scope.clientContext);
    // What the pool gave us now may be as old as the one that was dead.
    connection.disconnectEndpoint();
    return chain.proceed(ClassicRequestBuilder.copy(scope.originalRequest).build(), scope);
  }
}
