//! The demo. BEING WRITTEN BY A HELPER OF ITS OWN (the CLI's author: leave this folder; finish commands and
//! partner-sim, keep `client` stable, and report).
