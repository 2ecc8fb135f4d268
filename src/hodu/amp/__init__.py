"""Mixed precision: regions in which products run in a small dtype, and scaling of the loss."""

from hodu.amp.autocast import autocast as autocast
from hodu.amp.autocast import is_autocast_enabled as is_autocast_enabled
from hodu.amp.scaler import GradScaler as GradScaler
