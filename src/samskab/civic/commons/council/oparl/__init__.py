"""Council information as other systems read it: OParl 1.1 (https://oparl.org)."""
