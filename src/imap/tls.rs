//! TLS over the wire. There is no way round verification.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned, version,
};

use super::wire::{Wire, server};
use super::{ConnectError, TlsRefusal};
use crate::account::Endpoint;
use crate::bounded;
use crate::limits;

/// The encrypted connection.
pub(super) type Encrypted = StreamOwned<ClientConnection, Wire>;

/// Whom to trust: the authority the account names, else those of the system. Read anew for each
/// connection, so that a renewed authority needs no restart.
pub(super) fn trust(endpoint: &Endpoint) -> Result<Arc<ClientConfig>, ConnectError> {
    let roots = match &endpoint.ca_file {
        Some(path) => own_authority(path)?,
        None => system_authorities(endpoint)?,
    };
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|error| refused(endpoint, TlsRefusal::Other(error.to_string())))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(Arc::new(config))
}

fn own_authority(path: &std::path::Path) -> Result<RootCertStore, ConnectError> {
    let unusable = |why: String| ConnectError::CaFile {
        path: path.display().to_string(),
        why,
    };
    let bytes = bounded::read(path, limits::AUTHORITIES_BYTES)
        .map_err(|error| unusable(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    match roots.is_empty() {
        true => Err(unusable("no certificate is in it".to_owned())),
        false => Ok(roots),
    }
}

fn system_authorities(endpoint: &Endpoint) -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match roots.is_empty() {
        true => Err(refused(endpoint, TlsRefusal::NoAuthorities)),
        false => Ok(roots),
    }
}

/// Shakes hands to the end, so that a refusal is known before anything is said.
pub(super) fn shake_hands(
    trust: Arc<ClientConfig>,
    endpoint: &Endpoint,
    mut wire: Wire,
) -> Result<Encrypted, ConnectError> {
    let name = ServerName::try_from(endpoint.host.clone())
        .map_err(|error| refused(endpoint, TlsRefusal::Other(error.to_string())))?;
    let mut connection =
        ClientConnection::new(trust, name).map_err(|error| refused(endpoint, reason(&error)))?;
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut wire) {
            return Err(failed(endpoint, &wire, &error));
        }
    }
    Ok(StreamOwned::new(connection, wire))
}

fn failed(endpoint: &Endpoint, wire: &Wire, error: &std::io::Error) -> ConnectError {
    if wire.watch().is_stopped() {
        return ConnectError::Stopped;
    }
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(inner) => refused(endpoint, reason(inner)),
        None => ConnectError::Protocol(error.to_string()),
    }
}

fn refused(endpoint: &Endpoint, why: TlsRefusal) -> ConnectError {
    ConnectError::Tls {
        server: server(endpoint),
        why,
    }
}

fn reason(error: &Error) -> TlsRefusal {
    let certificate = match error {
        Error::InvalidMessage(_) => return TlsRefusal::NotTls,
        Error::InvalidCertificate(certificate) => certificate,
        other => return TlsRefusal::Other(other.to_string()),
    };
    match certificate {
        // The latter by an issuer of a trusted one's name, such as an authority made anew.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            TlsRefusal::UnknownIssuer
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsRefusal::WrongName
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsRefusal::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsRefusal::NotYet
        }
        other => TlsRefusal::Other(other.to_string()),
    }
}
